import { expect, test } from "vitest";
import { UnknownHandlerError } from "../../src/core/errors.ts";

test("an UnknownHandlerError says by message, code and property which name is unknown", () => {
  const error = new UnknownHandlerError('Data"base\n');
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "UnknownHandlerError",
    code: "ERR_UNKNOWN_HANDLER",
    handlerName: 'Data"base\n',
    message: 'no status handler is registered as "Data\\"base\\n"',
  });
});

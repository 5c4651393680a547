import { runInNewContext } from "node:vm";
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

test("an UnknownHandlerError of another realm, such as a test runner's, is one too", () => {
  const foreign: unknown = runInNewContext('Object.assign(new Error("x"), { code: "ERR_UNKNOWN_HANDLER" })');
  expect(foreign instanceof Error).toBe(false);
  expect(foreign instanceof UnknownHandlerError).toBe(true);
});

test.each([undefined, null, "ERR_UNKNOWN_HANDLER", {}, new Error("x")])(
  "other values are no UnknownHandlerError: %s",
  (value) => {
    expect(value instanceof UnknownHandlerError).toBe(false);
  },
);

import { describe, expect, test } from "vitest";
import { isRefusal } from "../../../src/cli/client/is-closed.ts";

function failWith(...codes: readonly string[]): Error {
  const errors = codes.map((code) => Object.assign(new Error(code), { code }));
  return errors.length === 1 ? (errors[0] as Error) : new AggregateError(errors, "all failed");
}

describe("a service", () => {
  test.each([
    [true, ["ECONNREFUSED"]],
    [true, ["ENOENT"]],
    [true, ["ECONNREFUSED", "ECONNREFUSED"]],
    [true, ["ECONNREFUSED", "EADDRNOTAVAIL"]],
    [true, ["EAFNOSUPPORT", "ECONNREFUSED"]],
    [false, ["EADDRNOTAVAIL"]],
    [false, ["ECONNREFUSED", "ETIMEDOUT"]],
    [false, ["ECONNREFUSED", "ENETUNREACH"]],
    [false, ["ECONNRESET"]],
  ])("has closed: %s, where its addresses fail with %j", (hasClosed, codes) => {
    expect(isRefusal(failWith(...codes))).toBe(hasClosed);
  });
});

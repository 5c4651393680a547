import { describe, expect, test } from "vitest";
import { MAX_KNOWN_ACCEPT_LENGTH, MAX_KNOWN_ACCEPTS, parseAccept } from "../../src/http/accept.ts";

describe("a header that comes again", () => {
  test("is not read again", () => {
    expect(parseAccept("text/csv;q=0.25")).toBe(parseAccept("text/csv;q=0.25"));
  });

  test("is read again after so many others that it is forgotten, and says the same", () => {
    const before = parseAccept("text/csv;q=0.75");
    for (let index = 0; index < MAX_KNOWN_ACCEPTS; index += 1) parseAccept(`text/x-${index}`);
    expect(parseAccept("text/csv;q=0.75")).not.toBe(before);
    expect(parseAccept("text/csv;q=0.75")).toEqual(before);
  });

  test.each([
    [MAX_KNOWN_ACCEPT_LENGTH, true],
    [MAX_KNOWN_ACCEPT_LENGTH + 1, false],
  ])("is remembered with %i characters: %j", (length, isRemembered) => {
    const accept = `text/csv;x=${"y".repeat(length - "text/csv;x=".length)}`;
    expect(accept).toHaveLength(length);
    const [one, other] = [parseAccept(accept), parseAccept(accept)];
    expect(one === other).toBe(isRemembered);
  });
});

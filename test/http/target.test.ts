import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTarget } from "../../src/http/target.ts";

describe("a request target", () => {
  test.each([
    ["/svc_status", "/svc_status", ""],
    ["/svc_status?x=1", "/svc_status", "x=1"],
    ["/svc_status?", "/svc_status", ""],
    ["/svc_status?a?b", "/svc_status", "a?b"],
    ["/svc_status?name=%41", "/svc_status", "name=%41"],
    ["/svc_status%253F", "/svc_status%253F", ""],
    ["/svc_status%3Fx=1", "/svc_status%3Fx=1", ""],
    ["/status%3Aall", "/status%3Aall", ""],
    ["/%C3%BCber", "/über", ""],
    ["/a%20b", "/a b", ""],
    ["/.well-known/status", "/.well-known/status", ""],
    ["/svc_status?name=../%2e", "/svc_status", "name=../%2e"],
    ["//svc_status", "//svc_status", ""],
    ["http://example.com/svc_status?x=1", "/svc_status", "x=1"],
    ["HTTPS://user@example.com:8443/svc_status", "/svc_status", ""],
    ["http://example.com", "", ""],
    ["http://example.com?x=1", "", "x=1"],
    ["/http://example.com/svc_status", "/http://example.com/svc_status", ""],
    ["*", "*", ""],
    ["", "", ""],
  ])("%s is the path %s with the query %j", (target, path, query) => {
    expect(parseTarget(target)).toEqual({ path, query });
  });

  test.each(["/svc_status%zz", "/svc_status%", "/svc_status%2", "/%FF", "/%C3%28"])(
    "%s cannot be a path",
    (target) => {
      expect(parseTarget(target)).toBeUndefined();
    },
  );

  test.each([
    "/%70robe_status",
    "/svc%5Fstatus",
    "/svc%5fstatus",
    "/svc_status%2Ejson",
    "/%2Fsvc_status",
    "/livez%2FDatabase",
    "/%c3%bcber",
    "/x/../probe_status",
    "/./probe_status",
    "/x/%2E%2E/probe_status",
    "/probe_status/..",
    "/x\\..\\probe_status",
    "http://example.com/%70robe_status",
  ])("%s is not the canonical form of a path", (target) => {
    expect(parseTarget(target)).toBeUndefined();
  });

  test("has one spelling for each path", () => {
    const segment = fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }).filter(isPlain);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.nat(), (segments, seed) => {
        const target = `/${segments.map(encodeURIComponent).join("/")}`;
        expect(parseTarget(target)).toBeDefined();
        const position = 1 + (seed % (target.length - 1));
        const character = target.charCodeAt(position);
        const escaped = `%${character.toString(16).toUpperCase().padStart(2, "0")}`;
        const other = target.slice(0, position) + escaped + target.slice(position + 1);
        expect(parseTarget(other)?.path).not.toBe(parseTarget(target)?.path);
      }),
    );
  });

  test("is read without an error, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webUrl()), (target) => {
        expect(() => parseTarget(target)).not.toThrow();
      }),
    );
  });
});

function isPlain(segment: string): boolean {
  return segment !== "." && segment !== ".." && !segment.includes("/");
}

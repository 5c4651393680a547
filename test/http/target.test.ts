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
    ["/svc%5Fstatus", "/svc_status", ""],
    ["/svc%5fstatus", "/svc_status", ""],
    ["/svc_status%2Ejson", "/svc_status.json", ""],
    ["/svc_status%253F", "/svc_status%3F", ""],
    ["/svc_status%3Fx=1", "/svc_status?x=1", ""],
    ["/%2Fsvc_status", "//svc_status", ""],
    ["/%C3%BCber", "/über", ""],
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

  test.each(["/svc_status%zz", "/svc_status%", "/svc_status%2", "/%ff", "/%c3%28"])(
    "%s can be no path",
    (target) => {
      expect(parseTarget(target)).toBeUndefined();
    },
  );

  test("is read without an error, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webUrl()), (target) => {
        expect(() => parseTarget(target)).not.toThrow();
      }),
    );
  });
});

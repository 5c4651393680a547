import { describe, expect, test } from "vitest";
import {
  followRedirects,
  type HttpRequest,
  MAX_FOLLOWED_REDIRECTS,
} from "../../../src/checks/support/follow-redirects.ts";

const START = "https://users.invalid/status";
const HEADERS = { Authorization: "Bearer s3cret", "X-Api-Key": "s3cret", Cookie: "id=s3cret" };

/** Asks for `START`, is answered with these redirects and then with 200, and gives what was asked. */
async function follow(
  redirects: readonly (readonly [status: number, location?: string | undefined])[],
  { method = "GET", headers = HEADERS as Readonly<Record<string, string>> } = {},
) {
  const asked: HttpRequest[] = [];
  const discarded: number[] = [];
  const response = await followRedirects(
    async (question) => {
      const [status = 200, location] = redirects[asked.length] ?? [];
      asked.push(question);
      const body = new ReadableStream({ cancel: () => void discarded.push(status) });
      return new Response(status === 200 ? "there" : body, {
        status,
        ...(location && { headers: { location } }),
      });
    },
    { url: START, method, headers },
  );
  return { asked, discarded, status: response.status };
}

describe("a redirect", () => {
  test.each([
    ["/other", "https://users.invalid/other"],
    ["other?a=b", "https://users.invalid/other?a=b"],
    ["https://users.invalid:443/", "https://users.invalid/"],
    ["//users.invalid/x", "https://users.invalid/x"],
  ])("within the origin keeps the headers: %s", async (location, url) => {
    const { asked, discarded } = await follow([[302, location]]);
    expect(asked[1]).toEqual({ url, method: "GET", headers: HEADERS });
    expect(discarded).toEqual([302]);
  });

  test.each([
    ["another host", "https://evil.invalid/"],
    ["a subdomain", "https://api.users.invalid/"],
    ["another port", "https://users.invalid:8443/"],
    ["no encryption", "http://users.invalid/status"],
    ["no encryption on the same port", "http://users.invalid:443/status"],
    ["another host without a scheme", "//evil.invalid/"],
  ])("to %s carries none of the headers", async (_, location) => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { asked } = await follow([[status, location]]);
      expect(asked[1]).toEqual({ url: new URL(location, START).href, method: "GET", headers: {} });
    }
  });

  test("back from another origin carries none of the headers either", async () => {
    const { asked } = await follow([
      [302, "https://evil.invalid/"],
      [302, `${START}?delete=all`],
      [302, "/status"],
    ]);
    expect(asked.map(({ headers }) => headers)).toEqual([HEADERS, {}, {}, {}]);
  });

  test.each([
    ["GET", 301, "GET"],
    ["GET", 303, "GET"],
    ["HEAD", 302, "HEAD"],
    ["HEAD", 303, "HEAD"],
    ["HEAD", 307, "HEAD"],
    ["POST", 301, "GET"],
    ["POST", 302, "GET"],
    ["POST", 303, "GET"],
    ["POST", 307, "POST"],
    ["POST", 308, "POST"],
    ["PUT", 301, "PUT"],
    ["PUT", 303, "GET"],
  ])("of a %s with %i is followed by a %s", async (method, status, next) => {
    expect((await follow([[status, "/other"]], { method })).asked[1]?.method).toBe(next);
  });

  test("that turns a POST into a GET keeps no header about its body", async () => {
    const headers = { "Content-Type": "text/plain", "x-trace": "1" };
    const { asked } = await follow([[303, "/other"]], { method: "POST", headers });
    expect(asked[1]?.headers).toEqual({ "x-trace": "1" });
  });

  test.each([
    [300, "/other"],
    [302, undefined],
    [200, "/other"],
    [500, "/other"],
  ])("is none with %i and the location %s", async (status, location) => {
    const { asked, status: answered } = await follow([[status, location]]);
    expect([asked.length, answered]).toEqual([1, status]);
  });

  test.each([
    ["http://[", "a redirect to an invalid URL"],
    ["ftp://users.invalid/s3cret", "a redirect to a protocol other than HTTP"],
    ["javascript:alert(1)", "a redirect to a protocol other than HTTP"],
    ["https://me:s3cret@users.invalid/", "a redirect to an address with a user name or a password"],
    ["https://me@users.invalid/", "a redirect to an address with a user name or a password"],
  ])("to %s is not followed, and not shown", async (location, message) => {
    await expect(follow([[302, location]])).rejects.toMatchObject({ kind: "wrong answer", message });
  });

  test(`is followed ${MAX_FOLLOWED_REDIRECTS} times at most`, async () => {
    const loop = (count: number) => Array.from({ length: count }, () => [302, "/status"] as const);
    expect((await follow(loop(MAX_FOLLOWED_REDIRECTS))).status).toBe(200);
    await expect(follow(loop(MAX_FOLLOWED_REDIRECTS + 1))).rejects.toThrow("more than 20 redirects");
  });
});

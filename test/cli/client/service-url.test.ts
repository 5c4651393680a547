import { describe, expect, test } from "vitest";
import {
  describeServiceUrl,
  parseServiceUrl,
  toProbeUrl,
  toStatusUrls,
} from "../../../src/cli/client/service-url.ts";
import { MAX_SOCKET_PATH_BYTES } from "../../../src/cli/socket-path.ts";

describe("the address of a service", () => {
  test.each([
    ["localhost:8080", "http://localhost:8080"],
    ["http://localhost:8080/", "http://localhost:8080"],
    ["https://user:secret@example.org/a?b=c#d", "https://example.org/a?b=c"],
    ["[::1]:8080", "http://[::1]:8080"],
    ["unix:/run/app.sock", "unix:/run/app.sock"],
    ["unix:///run/app.sock:/svc_status", "unix:/run/app.sock:/svc_status"],
    ["unix:run/a:b.sock:/x", "unix:run/a:b.sock:/x"],
    ["unix:/run/my app.sock:/x", "unix:/run/my app.sock:/x"],
  ])("%s is shown as %s", (text, shown) => {
    expect(describeServiceUrl(parseServiceUrl(text))).toBe(shown);
  });

  test.each(["", "ftp://localhost", "http://", "http://a b", "unix:", "localhost:99999"])(
    "is not %j",
    (text) => {
      expect(() => parseServiceUrl(text)).toThrow(/^expected a URL such as .*, got /);
    },
  );

  test("is not a socket whose path the system would cut", () => {
    const longest = `/${"x".repeat(MAX_SOCKET_PATH_BYTES - 1)}`;
    expect(parseServiceUrl(`unix:${longest}`).socketPath).toBe(longest);
    expect(() => parseServiceUrl(`unix:${longest}ä`)).toThrow("at most 103 bytes, got 105");
  });

  test.each(["unix:/a.sock:/x y", "unix:/a.sock:/x\ty"])("has no space in its path: %j", (text) => {
    expect(() => parseServiceUrl(text)).toThrow(/^expected a URL such as/);
  });

  test.each(["http://user:secret@host:99999", "http://user:%zz@host"])(
    "is not shown where it is wrong and may hold a password: %s",
    (text) => {
      expect(() => parseServiceUrl(text)).toThrow(/^expected a URL such as [^@]*$/);
    },
  );
});

describe("the status of a service", () => {
  const QUERY = "?name=A&name=B";

  test.each([
    ["localhost", "http://localhost/svc_status"],
    ["localhost/", "http://localhost/svc_status"],
    ["localhost/app/", "http://localhost/app/svc_status"],
    ["localhost/svc_status", "http://localhost/svc_status"],
    ["localhost/app/probe_status", "http://localhost/app/svc_status"],
    ["localhost/own", "http://localhost/own"],
    ["localhost/own.php", "http://localhost/own.php"],
    ["unix:/a.sock", "unix:/a.sock:/svc_status"],
  ])("at %s is asked at %s, and there with a suffix", (text, url) => {
    const urls = toStatusUrls(parseServiceUrl(text), ".json", ["A", "B"]);
    expect(urls.map((each) => each && describeServiceUrl(each))).toEqual([
      url + QUERY,
      `${url}.json${QUERY}`,
    ]);
  });

  test("keeps the query of its address", () => {
    const [url] = toStatusUrls(parseServiceUrl("localhost/?tenant=a"), ".json", ["A"]);
    expect(describeServiceUrl(url)).toBe("http://localhost/svc_status?tenant=a&name=A");
  });

  test.each([
    ["localhost/svc_status.json", "http://localhost/svc_status.json"],
    ["localhost/svc_status.csv", "http://localhost/svc_status.json"],
  ])("at %s is asked at %s alone", (text, url) => {
    expect(
      toStatusUrls(parseServiceUrl(text), ".json").map((each) => each && describeServiceUrl(each)),
    ).toEqual([url]);
  });
});

describe("the probe of a service", () => {
  test.each([
    ["localhost", "http://localhost/probe_status?body=a%20%26%20b"],
    ["localhost/app/svc_status.json?x=y", "http://localhost/app/probe_status?body=a%20%26%20b"],
    ["localhost/probe_status", "http://localhost/probe_status?body=a%20%26%20b"],
    ["localhost/own", "http://localhost/own?body=a%20%26%20b"],
  ])("at %s is set at %s", (text, url) => {
    expect(describeServiceUrl(toProbeUrl(parseServiceUrl(text), "a & b"))).toBe(url);
  });
});

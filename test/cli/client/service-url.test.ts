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
    ["9101", "http://localhost:9101"],
    [":9101", "http://localhost:9101"],
    ["9101/", "http://localhost:9101"],
    [":9101/app/svc_status?a=b#c", "http://localhost:9101/app/svc_status?a=b"],
    ["65535", "http://localhost:65535"],
    ["127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://user:1@127.0.0.1", "http://127.0.0.1"],
    ["9101.example.org", "http://9101.example.org"],
    ["9101@example.org", "http://example.org"],
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

  test.each([
    ["9101", true],
    [":9101/svc_status", true],
    ["localhost:9101", undefined],
    ["http://localhost:9101", undefined],
    ["unix:/run/app.sock", undefined],
  ])("is guessed where the host is not typed: %s, %s", (text, isHostGuessed) => {
    expect(parseServiceUrl(text).isHostGuessed).toBe(isHostGuessed);
  });

  test.each([
    "0",
    ":0",
    "65536",
    ":123456",
    "99999/svc_status",
    "localhost:0",
    "[::1]:65536",
    "https://a:65536/",
  ])("has a port in range: %j", (text) => {
    expect(() => parseServiceUrl(text)).toThrow(
      `unix:/run/app.sock:/svc_status, with a port from 1 to 65535, got "${text}"`,
    );
  });

  test.each([
    ["http://9101", '"9101", which would mean 0.0.35.141. For a port of this machine: localhost:9101'],
    [
      "https://:9101@9101/a",
      '"9101", which would mean 0.0.35.141. For a port of this machine: localhost:9101',
    ],
    ["9101:8080", '"9101", which would mean 0.0.35.141. For a port of this machine: localhost:9101'],
    ["99999:8080", '"99999", which would mean 0.1.134.159'],
    ["127.1:8080", '"127.1", which would mean 127.0.0.1'],
    ["0x7f000001", '"0x7f000001", which would mean 127.0.0.1'],
    ["127.0.0.01", '"127.0.0.01", which would mean 127.0.0.1'],
    ["http:///127.0.0.1", '"", which would mean 127.0.0.1'],
  ])("is not a number that would be read as an address: %s", (text, told) => {
    expect(() => parseServiceUrl(text)).toThrow(
      `expected a host name or a complete IPv4 address, got ${told}`,
    );
  });

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
    expect(describeServiceUrl(toProbeUrl(parseServiceUrl(text), { body: "a & b" }))).toBe(url);
  });
});

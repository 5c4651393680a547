import { describe, expect, test } from "vitest";
import {
  describeServiceUrl,
  parseServiceUrl,
  toProbeUrl,
  toStatusUrl,
} from "../../../src/cli/client/service-url.ts";

describe("the address of a service", () => {
  test.each([
    ["localhost:8080", "http://localhost:8080"],
    ["http://localhost:8080/", "http://localhost:8080"],
    ["https://user:secret@example.org/a?b=c#d", "https://example.org/a?b=c"],
    ["[::1]:8080", "http://[::1]:8080"],
    ["unix:/run/app.sock", "unix:/run/app.sock"],
    ["unix:///run/app.sock:/svc_status", "unix:/run/app.sock:/svc_status"],
    ["unix:run/a:b.sock:/x", "unix:run/a:b.sock:/x"],
  ])("%s is shown as %s", (text, shown) => {
    expect(describeServiceUrl(parseServiceUrl(text))).toBe(shown);
  });

  test.each(["", "ftp://localhost", "http://", "http://a b", "unix:", "localhost:99999"])(
    "is not %j",
    (text) => {
      expect(() => parseServiceUrl(text)).toThrow(/^expected a URL such as .*, got /);
    },
  );

  test.each(["http://user:secret@host:99999", "http://user:%zz@host"])(
    "is not shown where it is wrong and may hold a password: %s",
    (text) => {
      expect(() => parseServiceUrl(text)).toThrow(/^expected a URL such as [^@]*$/);
    },
  );
});

describe("the status of a service", () => {
  test.each([
    ["localhost", "http://localhost/svc_status.json?name=A&name=B"],
    ["localhost/", "http://localhost/svc_status.json?name=A&name=B"],
    ["localhost/app/", "http://localhost/app/svc_status.json?name=A&name=B"],
    ["localhost/svc_status", "http://localhost/svc_status.json?name=A&name=B"],
    ["localhost/svc_status.csv?name=C", "http://localhost/svc_status.json?name=C&name=A&name=B"],
    ["localhost/app/probe_status", "http://localhost/app/svc_status.json?name=A&name=B"],
    ["localhost/own", "http://localhost/own.json?name=A&name=B"],
    ["unix:/a.sock", "unix:/a.sock:/svc_status.json?name=A&name=B"],
  ])("at %s is asked at %s", (text, url) => {
    expect(describeServiceUrl(toStatusUrl(parseServiceUrl(text), ".json", ["A", "B"]))).toBe(url);
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

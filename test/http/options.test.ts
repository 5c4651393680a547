import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { resolveOptions } from "../../src/http/resolve-options.ts";
import { createStatusService } from "../../src/http/service.ts";
import { registryOf } from "../support/registry.ts";

/** What the TypeError says; options may be anything that JavaScript allows. */
function messageFor(options: unknown): string {
  try {
    resolveOptions(options as ServiceStatusOptions);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  return "no error";
}

describe("options", () => {
  test("may all be left out, be undefined, or be given", () => {
    const given: ServiceStatusOptions = {
      registry: registryOf([]),
      probe: createProbe(),
      svcStatus: {
        path: "/a/status",
        details: () => true,
        authorize: () => true,
        httpStatus: { OK: 200, YELLOW: 299, RED: 599 },
        csv: { detail: true },
        prometheus: { repeatMetadata: true, metrics: { metrics: () => "" } },
      },
      probeStatus: {
        path: "/a/probe",
        control: { token: "abc-._~+/012==" },
        requireHealthy: true,
        decommissionedStatus: 404,
      },
    };
    for (const options of [undefined, {}, { svcStatus: undefined, probeStatus: undefined }, given]) {
      expect(messageFor(options)).toBe("no error");
    }
  });

  test.each<[what: string, options: unknown, message: string]>([
    ["null", null, "options: expected an object, got null"],
    ["a text", "x", 'options: expected an object, got "x"'],
    ["a function", () => {}, "options: expected an object, got a function"],
    [
      "an unknown key",
      { svcstatus: {} },
      'options: unknown option "svcstatus", expected one of registry, probe, service, preset, svcStatus, probeStatus, healthProbes, fleet',
    ],
    [
      "an unknown key of svcStatus",
      { svcStatus: { paht: "/" } },
      'svcStatus: unknown option "paht", expected one of path, details, authorize, httpStatus, csv, prometheus, registry, controls',
    ],
    [
      "an unknown key of csv",
      { svcStatus: { csv: { details: true } } },
      'svcStatus.csv: unknown option "details", expected one of detail',
    ],
    [
      "an unknown key of prometheus",
      { svcStatus: { prometheus: { register: {} } } },
      'svcStatus.prometheus: unknown option "register", expected one of repeatMetadata, extended, metrics',
    ],
    [
      "an unknown key of httpStatus",
      { svcStatus: { httpStatus: { red: 503 } } },
      'svcStatus.httpStatus: unknown option "red", expected one of OK, YELLOW, RED',
    ],
    [
      "an unknown key of probeStatus",
      { probeStatus: { token: "x" } },
      'probeStatus: unknown option "token", expected one of path, control, requireHealthy, decommissionedStatus',
    ],
    [
      "an unknown key of control",
      { probeStatus: { control: { token: "x", tokens: [] } } },
      'probeStatus.control: unknown option "tokens", expected one of token',
    ],
    [
      "a registry that is none",
      { registry: {} },
      "registry: expected an object with getReport(), addStatusHandler(), got an object",
    ],
    [
      "a registry that is null",
      { registry: null },
      "registry: expected an object with getReport(), addStatusHandler(), got null",
    ],
    [
      "a probe that is none",
      { probe: { body: "OK" } },
      "probe: expected an object with decommission(), commission(), got an object",
    ],
    [
      "a probe that does not know since when",
      { probe: { body: "OK", decommission() {}, commission() {} } },
      "probe.since: expected an object with getTime(), got undefined",
    ],
    ["svcStatus: true", { svcStatus: true }, "svcStatus: expected an object, got true"],
    ["svcStatus: null", { svcStatus: null }, "svcStatus: expected an object, got null"],
    ["svcStatus as a path", { svcStatus: "/status" }, 'svcStatus: expected an object, got "/status"'],
    ["probeStatus: true", { probeStatus: true }, "probeStatus: expected an object, got true"],
    ["csv: true", { svcStatus: { csv: true } }, "svcStatus.csv: expected an object, got true"],
    [
      "csv.detail: 1",
      { svcStatus: { csv: { detail: 1 } } },
      "svcStatus.csv.detail: expected true or false, got 1",
    ],
    [
      "details: false",
      { svcStatus: { details: false } },
      'svcStatus.details: expected "always", "never" or a function, got false',
    ],
    [
      "details: sometimes",
      { svcStatus: { details: "sometimes" } },
      'svcStatus.details: expected "always", "never" or a function, got "sometimes"',
    ],
    [
      "authorize: true",
      { svcStatus: { authorize: true } },
      "svcStatus.authorize: expected a function, got true",
    ],
    [
      "authorize as a promise",
      { svcStatus: { authorize: Promise.resolve(true) } },
      "svcStatus.authorize: expected a function, got a promise",
    ],
    [
      "repeatMetadata: 1",
      { svcStatus: { prometheus: { repeatMetadata: 1 } } },
      "svcStatus.prometheus.repeatMetadata: expected true or false, got 1",
    ],
    [
      "metrics as a function",
      { svcStatus: { prometheus: { metrics: () => "" } } },
      "svcStatus.prometheus.metrics: expected an object with metrics(), got a function",
    ],
    [
      "metrics as a text",
      { svcStatus: { prometheus: { metrics: "a 1" } } },
      'svcStatus.prometheus.metrics: expected an object with metrics(), got "a 1"',
    ],
    [
      "requireHealthy: yes",
      { probeStatus: { requireHealthy: "yes" } },
      'probeStatus.requireHealthy: expected true, false or { shared, holdMs }, got "yes"',
    ],
    [
      "decommissionedStatus: 500",
      { probeStatus: { decommissionedStatus: 500 } },
      "probeStatus.decommissionedStatus: expected 503 or 404, got 500",
    ],
    [
      "decommissionedStatus as a text",
      { probeStatus: { decommissionedStatus: "503" } },
      'probeStatus.decommissionedStatus: expected 503 or 404, got "503"',
    ],
    [
      "control: true",
      { probeStatus: { control: true } },
      'probeStatus.control: expected "loopback", "open", "off", { token } or a function, got true',
    ],
    [
      "control: null",
      { probeStatus: { control: null } },
      'probeStatus.control: expected "loopback", "open", "off", { token } or a function, got null',
    ],
  ])("are refused with a TypeError that says why: %s", (_, options, message) => {
    expect(messageFor(options)).toBe(message);
  });

  test.each([199, 600, 0, -1, 503.5, Number.NaN, Infinity, "503", true])("refuse the code %j", (code) => {
    const shown = typeof code === "string" ? `"${code}"` : String(code);
    expect(messageFor({ svcStatus: { httpStatus: { RED: code } } })).toBe(
      `svcStatus.httpStatus.RED: expected an integer from 200 to 599, got ${shown}`,
    );
  });

  test("refuse null as a code, rather than to take it for the default", () => {
    expect(messageFor({ svcStatus: { httpStatus: { OK: null } } })).toBe(
      "svcStatus.httpStatus.OK: expected an integer from 200 to 599, got null",
    );
  });

  test.each([204, 205, 304])("refuse the code %d, whose answers have no body", (code) => {
    expect(messageFor({ svcStatus: { httpStatus: { YELLOW: code } } })).toBe(
      `svcStatus.httpStatus.YELLOW: expected a code whose answer has a body, got ${code}`,
    );
  });

  describe.each(["svcStatus", "probeStatus"])("%s.path", (view) => {
    test.each([
      "",
      "/",
      "status",
      "//status",
      "/status/",
      "/status?x",
      "/status#x",
      "/st%61tus",
      "/sta tus",
      "/a\n",
      "*",
      7,
      null,
    ])("refuses %j", (path) => {
      const shown = typeof path === "string" ? JSON.stringify(path) : String(path);
      expect(messageFor({ [view]: { path } })).toBe(
        `${view}.path: expected a decoded path such as "/svc_status", without query and final slash, got ${shown}`,
      );
    });

    test.each(["/s", "/a/b/c", "/-/health.txt", "/über", "/a//b"])("takes %j", (path) => {
      expect(messageFor({ [view]: { path } })).toBe("no error");
    });
  });

  test.each(["/status", "/status.csv", "/status.json", "/status.health", "/status.prometheus"])(
    "refuse the probe at %s where the report is at /status",
    (path) => {
      const options = { svcStatus: { path: "/status" }, probeStatus: { path } };
      expect(messageFor(options)).toBe(
        `probeStatus.path: expected a path that svcStatus.path does not use, got "${path}"`,
      );
      expect(messageFor({ ...options, svcStatus: false })).toBe("no error");
    },
  );

  test.each([
    ["no text", 7, "a value of type number"],
    ["missing", undefined, "a value of type undefined"],
    ["empty", "", "a text with other characters, or none"],
    ["with a space", "s3cret s3cret", "a text with other characters, or none"],
    ["with a line feed", "s3cret\n", "a text with other characters, or none"],
    ["with an umlaut", "s3crät", "a text with other characters, or none"],
    ["with an = in the middle", "s3=cret", "a text with other characters, or none"],
  ])("refuse a token that is %s, without showing it", (_, token, shown) => {
    const message = messageFor({ probeStatus: { control: { token } } });
    expect(message).toBe(
      `probeStatus.control.token: expected letters, digits and -._~+/ with = at the end, got ${shown}`,
    );
  });

  test("refuse a token that stands where control does, without showing it", () => {
    const message = messageFor({ probeStatus: { control: "s3cret" } });
    expect(message).toContain(
      'probeStatus.control: expected "loopback", "open", "off", { token } or a function',
    );
    expect(message).not.toContain("s3cret");
  });

  test("are not changed, and may be frozen", () => {
    const options = {
      svcStatus: { httpStatus: { RED: 503 }, csv: {}, prometheus: {} },
      probeStatus: { control: { token: "abc" } },
    };
    const before = structuredClone(options);
    createStatusService(options);
    expect(options).toEqual(before);
    const frozen = Object.freeze({
      svcStatus: Object.freeze({ httpStatus: Object.freeze({ RED: 503 }), csv: Object.freeze({}) }),
      probeStatus: Object.freeze({ control: Object.freeze({ token: "abc" }) }),
    });
    expect(() => createStatusService(frozen)).not.toThrow();
  });

  test("count as they were when they were checked", () => {
    const control = { token: "abc" };
    const httpStatus = { RED: 503 };
    const resolved = resolveOptions({ svcStatus: { httpStatus }, probeStatus: { control } });
    control.token = "";
    httpStatus.RED = 204;
    expect(resolved.probeStatus?.control).toEqual({ token: "abc" });
    expect(resolved.svcStatus?.httpStatus).toEqual({ OK: 200, YELLOW: 200, RED: 503 });
  });
});

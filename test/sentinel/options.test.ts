import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { type SentinelOptions, startSentinel } from "../../src/sentinel/index.ts";
import { BUSY_AFTER_MS } from "../../src/sentinel/own-entries.ts";

const call = (): boolean => true;

describe("a mistake in the options", () => {
  test.each([
    ["no options", undefined, "options: expected an object, got undefined"],
    ["no port", {}, "port: expected an integer from 0 to 65535, got undefined"],
    ["a port beyond the last", { port: 65_536 }, "port: expected an integer from 0 to 65535, got 65536"],
    ["a port as a text", { port: "8081" }, 'port: expected an integer from 0 to 65535, got "8081"'],
    ["a misspelt option", { port: 0, publishms: 1 }, 'options: unknown option "publishms"'],
    ["a host that is no text", { port: 0, host: 1 }, "host: expected a string, got 1"],
    [
      "a registry that is none",
      { port: 0, registry: {} },
      "registry: expected an object with getReport(), on()",
    ],
    ["a probe that is none", { port: 0, probe: {} }, "probe: expected an object with decommission()"],
    ["too little time between reports", { port: 0, publishMs: 99 }, "publishMs: expected a number from 100 "],
    [
      "a wedge that is none",
      { port: 0, wedgedAfterMs: BUSY_AFTER_MS - 1 },
      "wedgedAfterMs: expected a number from 1000 ",
    ],
    [
      "an end before the wedge",
      { port: 0, exitAfterMs: 29_999 },
      "exitAfterMs: expected a number from 30000 ",
    ],
    [
      "a path for a URL",
      { port: 0, workerUrl: "./worker.js" },
      'workerUrl: expected a URL, got "./worker.js"',
    ],
    [
      "a path that two views have",
      { port: 0, svcStatus: { path: "/livez" } },
      "healthProbes.live: expected a path",
    ],
    ["details by a function", { port: 0, svcStatus: { details: call } }, "svcStatus.details: expected "],
    ["an authorization", { port: 0, svcStatus: { authorize: call } }, "svcStatus.authorize: expected "],
    [
      "another registry",
      { port: 0, svcStatus: { registry: createStatusRegistry() } },
      "svcStatus.registry: expected ",
    ],
    [
      "metrics",
      { port: 0, svcStatus: { prometheus: { metrics: { metrics: call } } } },
      "svcStatus.prometheus.metrics: expected ",
    ],
    ["control by a function", { port: 0, probeStatus: { control: call } }, "probeStatus.control: expected "],
  ])("rejects and says what was expected: %s", async (_what, options, message) => {
    const starting = startSentinel(options as SentinelOptions);
    await expect(starting).rejects.toThrow(TypeError);
    await expect(starting).rejects.toThrow(message);
  });

  test("about a function says why", async () => {
    const svcStatus = { details: call } as unknown as SentinelOptions["svcStatus"] & object;
    await expect(startSentinel({ port: 0, svcStatus })).rejects.toThrow(
      "svcStatus.details: expected no function, because the sentinel's thread cannot call it, got a function",
    );
  });

  test("leaves nothing behind at the probe", async () => {
    const probe = createProbe();
    const stops: string[] = [];
    const watched = { ...probe, on: () => () => void stops.push("stopped") };
    const workerUrl = new URL("data:text/javascript,throw new Error('broken')");
    await expect(startSentinel({ port: 0, probe: watched, workerUrl })).rejects.toThrow();
    expect(stops).toEqual(["stopped"]);
  });
});

import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { CHECK_TYPES, CLIENT_CHECK_REFUSALS } from "../../../src/cli/serve/check-types.ts";
import { SERVE_CONFIG, type ServeConfig } from "../../../src/cli/serve/config.ts";
import { DEFAULT_INTERVAL_MS, discard, prepare } from "../../../src/cli/serve/prepare.ts";
import { findMistakes } from "../../../src/options/find-mistakes.ts";
import { ARBITRARY_JSON, arbitraryOf } from "../schema/arbitrary.ts";

async function tell(config: ServeConfig, env: Record<string, string> = {}): Promise<string[]> {
  const { mistakes = [], ...rest } = await prepare(config, env);
  for (const handler of rest.prepared?.handlers ?? []) discard(handler);
  return mistakes.map(({ path, text }) => `${path}: ${text}`);
}

async function handlersOf(config: ServeConfig, env: Record<string, string> = {}) {
  const preparation = await prepare(config, env);
  if (preparation.mistakes !== undefined) throw new Error(JSON.stringify(preparation.mistakes));
  for (const handler of preparation.prepared.handlers) discard(handler);
  return preparation.prepared.handlers;
}

describe("what a configuration asks for", () => {
  test("is this machine where it does not say", async () => {
    const handlers = await handlersOf({});
    expect(handlers.map(({ name, options }) => [name, options])).toEqual([
      ["EventLoop", { intervalMs: DEFAULT_INTERVAL_MS, critical: false }],
      ["Memory", { intervalMs: DEFAULT_INTERVAL_MS }],
      ["Disk /", { intervalMs: DEFAULT_INTERVAL_MS }],
    ]);
  });

  test("has names from the checks and their targets, without what may be secret", async () => {
    const handlers = await handlersOf({
      checks: [
        { check: "clock" },
        { check: "http", target: "https://users:8080/svc_status.json?key=s3cret#x" },
        { check: "http", target: "http://shop/" },
        { check: "tcp", target: "[::1]:25" },
        { check: "dns", target: "db.internal" },
        { check: "tlsCertificate", target: "shop.example.com", critical: false },
        { check: "fileAge", target: "/backup", options: { maxAgeMs: 1 }, name: "Backup" },
      ],
    });
    expect(handlers.map(({ name }) => name)).toEqual([
      "Clock",
      "HTTP users:8080/svc_status.json",
      "HTTP shop",
      "TCP [::1]:25",
      "DNS db.internal",
      "Certificate shop.example.com",
      "Backup",
    ]);
    expect(handlers[5]?.options).toEqual({ intervalMs: 3_600_000, critical: false });
  });

  test("holds the handlers of a module as they are", async () => {
    const handler = () => ({ state: "OK" }) as const;
    const [own] = await handlersOf({ checks: [{ name: "Own", handler, timeoutMs: 7 }] });
    expect(own).toMatchObject({ name: "Own", handler, options: { timeoutMs: 7 } });
  });

  test("takes a token from the environment", async () => {
    const config: ServeConfig = { checks: [], probeStatus: { control: { token: { env: "T" } } } };
    expect(await prepare(config, { T: "s3cret" })).toMatchObject({
      prepared: { views: { probeStatus: { control: { token: "s3cret" } } } },
    });
  });
});

test("every check of the catalogue is known: by its name, or by what to do instead", () => {
  const files = readdirSync(join(import.meta.dirname, "../../../src/checks")).filter((file) =>
    file.endsWith(".ts"),
  );
  const names = files.map((file) =>
    file.slice(0, -3).replace(/-(\w)/g, (_match, letter) => letter.toUpperCase()),
  );
  const known = [...Object.keys(CHECK_TYPES), ...Object.keys(CLIENT_CHECK_REFUSALS)];
  expect(known.sort()).toEqual(names.sort());
  for (const refusal of Object.values(CLIENT_CHECK_REFUSALS)) {
    const [, path = ""] = /svc-status\/(checks\/[\w-]+),/.exec(refusal) ?? [];
    expect(manifest.exports).toHaveProperty([`./${path}`]);
  }
});

describe("what no form can tell", () => {
  test.each<[string, ServeConfig, string[]]>([
    [
      "two names are the same",
      { checks: [{ check: "memory" }, { check: "clock", name: "Memory" }] },
      ['checks[1].name: checks[0] has the name "Memory" too'],
    ],
    [
      "two checks would be called the same",
      { checks: [{ check: "memory" }, { check: "memory" }] },
      ['checks[1].name: has the same name as checks[0], "Memory": set name for one of them'],
    ],
    [
      "a name is too long",
      { checks: [{ check: "disk", target: `/${"a".repeat(300)}` }] },
      [expect.stringMatching(/^checks\[0\]\.name: expected a non-empty string of at most 200 characters/)],
    ],
    [
      "a dependency is not there",
      {
        checks: [
          { check: "memory", dependsOn: ["Disk /", "Dsk /"] },
          { check: "disk", target: "/" },
        ],
      },
      ['checks[0].dependsOn[1]: unknown check "Dsk /"; did you mean Disk /?'],
    ],
    [
      "checks depend on each other",
      {
        checks: [
          { check: "memory", dependsOn: ["Clock"] },
          { check: "clock", dependsOn: ["Memory"] },
        ],
      },
      [
        'checks[0].dependsOn: expected no cycle, got "Memory" -> "Clock" -> "Memory"',
        'checks[1].dependsOn: expected no cycle, got "Clock" -> "Memory" -> "Clock"',
      ],
    ],
    [
      "a port is none",
      { checks: [{ check: "tcp", target: "a:99999" }] },
      ["checks[0].target: port: expected an integer from 1 to 65535, got 99999"],
    ],
    [
      "a URL has a password",
      { checks: [{ check: "http", target: "http://u:s3cret@a" }] },
      ["checks[0].target: url: expected no user name and no password; send an authorization header instead"],
    ],
    [
      "a URL is none",
      { checks: [{ check: "http", target: "http://" }] },
      ["checks[0].target: url: expected an absolute URL"],
    ],
    [
      "options do not go together",
      { checks: [{ check: "dns", target: "a", options: { servers: ["10.0.0.2"] } }] },
      [
        "checks[0].options.servers: expected recordType too, because the system's resolver uses its own servers",
      ],
    ],
    [
      "the environment lacks a header",
      {
        checks: [
          { check: "http", target: "http://a", options: { headers: { authorization: { env: "A" } } } },
        ],
      },
      [
        "checks[0].options.headers.authorization: expected a value in the environment variable A, got nothing",
      ],
    ],
    [
      "the environment lacks the token",
      { checks: [], probeStatus: { control: { token: { env: "T" } } } },
      ["probeStatus.control.token: expected a value in the environment variable T, got nothing"],
    ],
    [
      "two views have one path",
      { checks: [], svcStatus: { path: "/a" }, probeStatus: { path: "/a" } },
      ['probeStatus.path: expected a path that svcStatus.path does not use, got "/a"'],
    ],
    [
      "an answer would have no body",
      { checks: [], svcStatus: { httpStatus: { RED: 204 } } },
      ["svcStatus.httpStatus.RED: expected a code whose answer has a body, got 204"],
    ],
  ])("%s", async (_case, config, told) => {
    expect(findMistakes(SERVE_CONFIG, config)).toEqual([]);
    expect(await tell(config)).toEqual(told);
  });

  test("a token that cannot be one is not shown", async () => {
    const told = await tell({ probeStatus: { control: { token: { env: "T" } } } }, { T: "s3 cret" });
    expect(told).toEqual([expect.stringMatching(/^probeStatus\.control\.token: expected letters, digits/)]);
    expect(told.join()).not.toContain("s3");
  });
});

test("any JSON is a configuration, or has mistakes with a path and a text", async () => {
  const counts = { right: 0, wrong: 0 };
  await fc.assert(
    fc.asyncProperty(fc.oneof(arbitraryOf(SERVE_CONFIG), ARBITRARY_JSON), async (config) => {
      const form = findMistakes(SERVE_CONFIG, config);
      const preparation = form.length > 0 ? { mistakes: form } : await prepare(config as ServeConfig, {});
      if (preparation.mistakes === undefined) {
        for (const handler of preparation.prepared.handlers) discard(handler);
        counts.right += 1;
        return;
      }
      counts.wrong += 1;
      expect(preparation.mistakes.length).toBeGreaterThan(0);
      for (const { path, text } of preparation.mistakes) {
        expect(text).not.toBe("");
        // Only the whole has no path, where it is no object.
        if (path === "") expect(Object.prototype.toString.call(config)).not.toBe("[object Object]");
      }
    }),
    { numRuns: 500 },
  );
  expect(counts.right).toBeGreaterThan(5);
  expect(counts.wrong).toBeGreaterThan(20);
});

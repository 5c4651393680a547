import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SERVE_CONFIG } from "../../../src/cli/serve/config.ts";
import { renderConfigSchema } from "../../../src/cli/serve/config-schema.ts";
import { findMistakes } from "../../../src/options/find-mistakes.ts";
import { ARBITRARY_JSON, arbitraryOf } from "../schema/arbitrary.ts";

const ajv = new Ajv({ strict: true, strictTypes: false });
const schema = JSON.parse(renderConfigSchema());
const isValid = ajv.compile(schema);

/** The same as JSON: what JSON cannot hold is not what the schema is about. */
function fromJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("the JSON Schema of a configuration", () => {
  test("is a JSON Schema", () => {
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  test("is in the package as the sources have it", () => {
    const file = join(import.meta.dirname, "../../../dist/cli/serve/config.schema.json");
    expect(readFileSync(file, "utf8")).toBe(renderConfigSchema());
  });

  test.each<[boolean, unknown]>([
    [true, {}],
    [true, { $schema: "x", port: 0, host: "::1", socket: "/run/a.sock", checks: [], healthProbes: true }],
    [true, { checks: [{ check: "memory" }, { check: "disk", target: "/", timeoutMs: 1 }] }],
    [
      true,
      {
        checks: [
          { check: "tcp", target: "[::1]:25" },
          { check: "tcp", target: "mail:25" },
        ],
      },
    ],
    [true, { checks: [{ check: "http", target: "http://a", options: { expectedStatus: [200, 204] } }] }],
    [true, { checks: [{ check: "http", target: "http://a", options: { headers: { a: { env: "A" } } } }] }],
    [true, { svcStatus: false, probeStatus: { control: { token: { env: "TOKEN" } } } }],
    [false, []],
    [false, { port: "8080" }],
    [false, { port: 70_000 }],
    [
      true,
      {
        service: { name: "orders", links: [{ title: "Logs", url: "/logs" }] },
        svcStatus: { controls: true },
      },
    ],
    [false, { service: { links: [{ title: "Logs" }] } }],
    [false, { svcStatus: true }],
    [false, { chekcs: [] }],
    [false, { checks: [{ check: "disk" }] }],
    [false, { checks: [{ check: "memory", target: "/" }] }],
    [false, { checks: [{ check: "postgres" }] }],
    [false, { checks: [{ check: "fileAge", target: "/a" }] }],
    [false, { checks: [{ check: "tcp", target: "mail" }] }],
    [false, { checks: [{ name: "a", handler: 1 }] }],
    [false, { checks: [{ check: "http", target: "http://a", options: { fetch: 1 } }] }],
    [false, { probeStatus: { control: { token: "secret" } } }],
    [false, { drain: { onClose: [] } }],
  ])("says %s, as the command does: %j", (expected, config) => {
    expect({ ajv: isValid(config), ours: findMistakes(SERVE_CONFIG, config).length === 0 }).toEqual({
      ajv: expected,
      ours: expected,
    });
  });

  test("agrees with the command about anything", () => {
    let valid = 0;
    fc.assert(
      fc.property(fc.oneof(arbitraryOf(SERVE_CONFIG), ARBITRARY_JSON).map(fromJson), (config) => {
        const mistakes = findMistakes(SERVE_CONFIG, config);
        if (mistakes.length === 0) valid += 1;
        expect({ config, valid: isValid(config) }).toEqual({ config, valid: mistakes.length === 0 });
      }),
      { numRuns: 3_000 },
    );
    expect(valid).toBeGreaterThan(100);
  });
});

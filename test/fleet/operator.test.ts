import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, test } from "vitest";
import { toPodMonitor, toPrometheusRule } from "../../src/fleet/operator.ts";
import { DEFAULT_LABELS, DEFAULT_TIMES_MS, type RuleOptions } from "../../src/fleet/options.ts";

const OPTIONS: RuleOptions = { ...DEFAULT_LABELS, timesMs: DEFAULT_TIMES_MS, labels: {} };

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly [keyword: string]: unknown;
}

/** The schema of the operator's resource definition, which here also rejects unknown fields, as `kubectl` does. */
function compile(kind: "prometheus-rule" | "pod-monitor"): ValidateFunction {
  const file = join(import.meta.dirname, "../fixtures/prometheus-operator", `${kind}.json`);
  const schema = JSON.parse(readFileSync(file, "utf8"), (_, value: unknown) => {
    if (isObjectSchema(value)) return { additionalProperties: false, ...value };
    // Go's notation for upper and lower case, which JavaScript does not have.
    return typeof value === "string" ? value.replace("(?i)", "") : value;
  });
  // The formats are those of Go's numbers.
  return new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
}

function isObjectSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && "properties" in value && "type" in value;
}

describe("the objects of the Prometheus operator", () => {
  test.each<[string, RuleOptions]>([
    ["by default", OPTIONS],
    [
      "with every option",
      { ...OPTIONS, labels: { team: "a\nb" }, runbookUrl: "https://wiki/", intervalMs: 1_500 },
    ],
  ])("a PrometheusRule fulfills the schema of its definition %s", (_, options) => {
    const validate = compile("prometheus-rule");
    validate(toPrometheusRule(options));
    expect(validate.errors).toBeNull();
  });

  test("a PodMonitor fulfills the schema of its definition", () => {
    const validate = compile("pod-monitor");
    validate(toPodMonitor({ scrapeMs: 90_500, path: "/m" }));
    expect(validate.errors).toBeNull();
  });

  test("the schemas reject what the definitions do not know", () => {
    const rule = { apiVersion: "v1", kind: "PrometheusRule", metadata: {} };
    const wrong = [
      { groups: [{ name: "a", rules: [{ record: "a", expr: "1", fro: "1m" }] }] },
      { groups: [{ name: "a", rules: [{ alert: "a", expr: "1", for: "1.5m" }] }] },
      { groups: [{ rules: [] }] },
    ];
    const validate = compile("prometheus-rule");
    expect(wrong.map((spec) => validate({ ...rule, spec }))).toEqual([false, false, false]);
    expect(
      compile("pod-monitor")({ ...rule, spec: { selector: {}, podMetricsEndpoints: [{ prot: "a" }] } }),
    ).toBe(false);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NUMBERS } from "../../../src/cli/doctor/numbers.ts";
import { PLATFORMS } from "../../../src/cli/doctor/platforms.ts";
import { describeMistakes } from "../../../src/cli/schema/describe-mistakes.ts";
import { CHECK_TYPES } from "../../../src/cli/serve/check-types.ts";
import { SERVE_CONFIG, type ServeConfig } from "../../../src/cli/serve/config.ts";
import { discard, prepare } from "../../../src/cli/serve/prepare.ts";
import { findMistakes } from "../../../src/options/find-mistakes.ts";
import { parseSections } from "../../support/doc-blocks.ts";

const [serve, doctor] = ["serve.md", "doctor.md"].map((file) =>
  readFileSync(join(import.meta.dirname, "../../../docs", file), "utf8"),
) as [string, string];

function blockOf(language: string): string {
  const blocks = parseSections(serve).flatMap((section) => section.blocks);
  return blocks.find((block) => block.language === language)?.text ?? "";
}

/** The first cells of a table whose heading begins like this. */
function rowsOf(page: string, heading: string): string[][] {
  const [, table = ""] = page.split(`\n| ${heading}`);
  const [, , ...lines] = table.split("\n\n")[0]?.split("\n") ?? [];
  return lines.map((line) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
}

test("the configuration that the page shows is right", async () => {
  const config: ServeConfig = JSON.parse(blockOf("json"));
  expect(findMistakes(SERVE_CONFIG, config)).toEqual([]);
  const { mistakes, ...rest } = await prepare(config, { USERS_AUTHORIZATION: "a", PROBE_TOKEN: "b" });
  expect(mistakes).toBeUndefined();
  if ("prepared" in rest) for (const handler of rest.prepared.handlers) discard(handler);
});

test("the mistakes that the page shows are told so", () => {
  const config = { checks: [{ check: "memory", timeoutMs: "fast", crticial: 1 }], drain: { capMs: -1 } };
  expect(describeMistakes("status.json", findMistakes(SERVE_CONFIG, config))).toBe(blockOf("text"));
});

test("the page lists all keys of a configuration", () => {
  const keys = rowsOf(serve, "key ").map(([key]) => key?.replaceAll("`", ""));
  expect(keys.sort()).toEqual(Object.keys(SERVE_CONFIG.properties).sort());
});

test("the page lists all checks, with their names and what is set", () => {
  const rows = rowsOf(serve, "check ").map(([check = "", target, name, set]) => ({
    check: /`(\w+)`/.exec(check)?.[1],
    hasTarget: target !== "",
    name,
    set,
  }));
  expect(rows).toEqual(
    Object.entries(CHECK_TYPES).map(([check, { title, target, defaults = {} }]) => ({
      check,
      hasTarget: target !== undefined,
      name: `\`${title}${target === undefined ? "" : " <target>"}\``,
      set: Object.entries(defaults)
        .map(([key, value]) => `\`${key}: ${JSON.stringify(value)}\``)
        .join(", "),
    })),
  );
});

test("the doctor's page lists all numbers, and the defaults of the platforms", () => {
  const numbers = rowsOf(doctor, "in the file ").map(([name]) => name?.replaceAll("`", ""));
  expect(numbers).toEqual(Object.keys(NUMBERS.properties));

  const toSeconds = (ms: number | undefined): string => (ms === undefined ? "" : `${ms / 1_000} s`);
  const rows = rowsOf(doctor, "platform ");
  expect(rows).toEqual(
    Object.entries(PLATFORMS).map(([name, { toDefaults }]) => {
      const { probeIntervalMs, probeTimeoutMs, fall, rise, graceMs, balancerIdleMs } = toDefaults({});
      const timeout = name === "haproxy" ? "as interval" : toSeconds(probeTimeoutMs);
      const counts = [String(fall ?? ""), String(rise ?? "")];
      return [
        `\`${name}\``,
        toSeconds(probeIntervalMs),
        timeout,
        ...counts,
        toSeconds(graceMs),
        toSeconds(balancerIdleMs),
      ];
    }),
  );
});

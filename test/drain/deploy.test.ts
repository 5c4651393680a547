import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolveDrainOptions } from "../../src/drain/options.ts";

const manifest = readFileSync(join(import.meta.dirname, "../../deploy/kubernetes.yaml"), "utf8");

test("deploy/kubernetes.yaml gives the drain two seconds more than its deadline", () => {
  const [, graceSeconds] = /terminationGracePeriodSeconds: (\d+)/.exec(manifest) ?? [];
  expect(Number(graceSeconds)).toBe(resolveDrainOptions({}).deadlineMs / 1_000 + 2);
});

test("deploy/kubernetes.yaml is found not ready often enough before the longest wait is over", () => {
  const [, periodSeconds] = /\/readyz[^\n]*\n +periodSeconds: (\d+)/.exec(manifest) ?? [];
  const { redsSeen, capMs } = resolveDrainOptions({});
  expect(Number(periodSeconds) * redsSeen).toBeGreaterThan(0);
  expect(Number(periodSeconds) * redsSeen * 1_000).toBeLessThan(capMs);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolveDrainOptions } from "../../src/drain/options.ts";

const read = (file: string) => readFileSync(join(import.meta.dirname, "../..", file), "utf8");
const manifest = read("deploy/kubernetes.yaml");

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

test("deploy/worker.yaml gives the process the grace period that the page gives the drain", () => {
  const [, graceSeconds] = /terminationGracePeriodSeconds: (\d+)/.exec(read("deploy/worker.yaml")) ?? [];
  const [, graceMs = ""] = /graceMs: ([\d_]+)/.exec(read("docs/consumers.md")) ?? [];
  expect(Number(graceMs.replaceAll("_", ""))).toBe(Number(graceSeconds) * 1_000);
  // Longer than the default: its jobs, and not a balancer, decide.
  const { deadlineMs } = resolveDrainOptions({ graceMs: Number(graceSeconds) * 1_000 });
  expect(deadlineMs).toBeGreaterThan(resolveDrainOptions({}).deadlineMs);
});

/** The lines of a configuration without its comments. */
function toDirectives(file: string): readonly string[] {
  const lines = read(file)
    .split("\n")
    .map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

test("deploy/haproxy.cfg leaves streams and WebSockets open until the service ends them", () => {
  const directives = toDirectives("deploy/haproxy.cfg");
  expect(directives).toContain("timeout tunnel 1h");
  // It would cut them as soon as the service is out.
  expect(directives.filter((line) => line.includes("on-marked-down"))).toEqual([]);
});

test("deploy/nginx.conf passes upgrades on, reuses connections without one, and holds no event back", () => {
  const directives = toDirectives("deploy/nginx.conf");
  expect(directives).toEqual(
    expect.arrayContaining([
      "map $http_upgrade $connection_header {",
      "default upgrade;",
      '"" "";',
      "proxy_set_header Upgrade $http_upgrade;",
      "proxy_set_header Connection $connection_header;",
      "proxy_buffering off;",
    ]),
  );
});

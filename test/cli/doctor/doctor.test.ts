import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { readDeclared } from "../../../src/cli/doctor/read-declared.ts";
import { toNumbersOfServe } from "../../../src/cli/doctor/serve-numbers.ts";
import { BIN, runCli } from "../../support/cli.ts";
import type { Outcome } from "../../support/run.ts";
import { ARBITRARY_JSON } from "../schema/arbitrary.ts";

async function writeNumbers(content: unknown, name = "numbers.json"): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-doctor-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

async function runWithInput(args: readonly string[], input: string): Promise<Outcome> {
  const child = spawn(process.execPath, [BIN, ...args]);
  child.stdin.end(input);
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

describe("svc-status doctor", () => {
  test("finds nothing where nothing is wrong, and prints the settings for all platforms", async () => {
    const { code, stdout, stderr } = await runCli(["doctor"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^no problems found\nnot set, so not checked: probeIntervalMs, /);
    expect(stdout.match(/^=== .*: settings$/gm)).toEqual([
      "=== Kubernetes: settings",
      "=== HAProxy: settings",
      "=== nginx: settings",
      "=== AWS ALB: settings",
      "=== Docker: settings",
    ]);
  });

  test("ends with 2 and says first what cannot work", async () => {
    const file = await writeNumbers({ fall: 1, balancerIdleMs: 60_000 });
    const { code, stdout } = await runCli(["doctor", file]);
    expect(code).toBe(2);
    expect(stdout.split("\n").slice(0, 3)).toEqual([
      expect.stringMatching(
        /^cannot work: keepAliveTimeoutMs 5s \(the default of Node\.js\) ≤ balancerIdleMs 1m: /,
      ),
      "  → set server.keepAliveTimeout = 65000",
      expect.stringMatching(/^warning: fall 1: /),
    ]);
  });

  test("asks nginx for no numbers of a probe that it never reads", async () => {
    const { code, stdout } = await runCli(["doctor", "--for", "nginx", "--keep-alive", "65s"]);
    expect(code).toBe(0);
    expect(stdout).toContain("not set, so not checked: longestRequestMs, graceMs, instances\n");
  });

  test("ends with 1 where only warnings", async () => {
    expect((await runCli(["doctor", "--instances", "1"])).code).toBe(1);
  });

  test("takes options instead of a file, and the options win", async () => {
    const file = await writeNumbers({ graceMs: 60_000, instances: 1 });
    const args = ["--grace", "20s", "--instances", "3", "--for", "kubernetes", "--handler-timeout", "500ms"];
    const { stdout } = await runCli(["doctor", file, ...args, "--format", "json"]);
    const { findings, settings } = JSON.parse(stdout);
    expect(Object.keys(settings)).toEqual(["kubernetes"]);
    const texts = findings.map(({ text: what }: { readonly text: string }) => what).join("\n");
    expect(texts).toMatch(/^graceMs 20s < deadlineMs 28s/m);
    expect(texts).not.toContain("instances");
    expect(texts).not.toContain("handlerTimeoutMs");
  });

  test("reads standard input", async () => {
    const { code, stdout } = await runWithInput(
      ["doctor", "-", "--for", "haproxy"],
      '{"probeTimeoutMs": 5000}',
    );
    expect(code).toBe(0);
    expect(stdout).toContain("timeout check 5s");
    expect(await runWithInput(["doctor", "-"], "{")).toEqual({
      code: 3,
      stdout: "",
      stderr:
        "standard input: line 1, column 2: expected a property name in double quotes, got the end of the file\n",
    });
  });

  test("reads a configuration of serve", async () => {
    const file = await writeNumbers({
      checks: [{ check: "memory" }],
      drain: { deadlineMs: 60_000, balancerIdleMs: 120_000 },
    });
    const { code, stdout } = await runCli(["doctor", file, "--for", "kubernetes", "--probe-interval", "2s"]);
    expect(code).toBe(1);
    expect(stdout).toContain("graceMs 30s (the default of Kubernetes) < deadlineMs 1m + 2s = 62s");
    expect(stdout).not.toContain("cannot work");

    const module = await writeNumbers("export default { drain: { capMs: 'x' } };", "status.mjs");
    expect(await runCli(["doctor", module])).toMatchObject({
      code: 3,
      stderr: `${module}: drain.capMs: expected a number ≥ 0, got "x"\n`,
    });
  });

  test("tells every mistake with its path, and ends with 3", async () => {
    const file = await writeNumbers({
      graceMs: "30s",
      fall: 0,
      probeIntervall: 1,
      requireHealthy: "\u001b[2J",
    });
    expect(await runCli(["doctor", file])).toEqual({
      code: 3,
      stdout: "",
      stderr: [
        `${file}: graceMs: expected an integer ≥ 0, got "30s"\n`,
        `${file}: fall: expected an integer from 1 to 1000, got 0\n`,
        `${file}: probeIntervall: unknown key; did you mean probeIntervalMs?\n`,
        `${file}: requireHealthy: expected true or false, got "\\u001b[2J"\n`,
      ].join(""),
    });
    expect(await runCli(["doctor", "/nowhere/numbers.json"])).toMatchObject({
      code: 3,
      stderr: "/nowhere/numbers.json: cannot be read: there is no such file\n",
    });
  });

  test("finds nothing in our own manifests, which kubectl writes one object after the other", async () => {
    const manifests = ["kubernetes.yaml", "worker.yaml"].map((name) =>
      readFileSync(join(import.meta.dirname, "../../../deploy", name), "utf8"),
    );
    const objects = manifests.flatMap((manifest) => parseAllDocuments(manifest).map((each) => each.toJS()));
    const stream = objects.map((each) => `${JSON.stringify(each, undefined, 4)}\n`).join("");
    const { code, stdout } = await runWithInput(["doctor", "-"], stream);
    expect(stdout.split("\n").filter((line) => /^(?:---|no problems|cannot|warning)/.test(line))).toEqual([
      "--- Deployment service",
      "no problems found",
      "--- Deployment worker",
      "no problems found",
    ]);
    expect(code).toBe(0);
  });

  test("says what it reads instead of nginx.conf and YAML", async () => {
    const find = (name: string) => join(import.meta.dirname, "../../../deploy", name);
    expect(await runCli(["doctor", find("nginx.conf")])).toEqual({
      code: 3,
      stdout: "",
      stderr: `${find("nginx.conf")}: expected JSON with the numbers of these settings, such as { "probeIntervalMs": 2000, "graceMs": 32000 }, or options such as --probe-interval 2s. See: svc-status doctor --help\n`,
    });
    const yaml = find("kubernetes.yaml");
    expect(await runCli(["doctor", yaml])).toMatchObject({
      code: 3,
      stderr: `${yaml}: it reads no YAML, so convert it: kubectl label --local -o json -f ${yaml} doctor- | svc-status doctor -\n`,
    });
  });

  test("finds nothing in deploy/haproxy.cfg, and names what it does not judge", async () => {
    const { code, stdout } = await runCli([
      "doctor",
      join(import.meta.dirname, "../../../deploy/haproxy.cfg"),
    ]);
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(0, 4)).toEqual([
      "--- backend services",
      "no problems found",
      "not set, so not checked: longestRequestMs, balancerIdleMs, graceMs",
      "in the file, but not judged: mode http, timeout connect 1s, timeout client 30s, timeout server 30s, timeout tunnel 1h, http-check send-state",
    ]);
    expect(stdout).not.toContain("=== Kubernetes");
  });

  test("judges each workload of a list, whatever its texts are, and the options override them", async () => {
    const workloadOf = (name: string, periodSeconds: number) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name },
      spec: { replicas: 1, template: { spec: { containers: [{ readinessProbe: { periodSeconds } }] } } },
    });
    const items = [workloadOf("a\u001b[2J", 2), workloadOf("b", 7)];
    const file = await writeNumbers({ apiVersion: "v1", kind: "List", items }, "list.json");
    const { code, stdout } = await runCli(["doctor", file, "--handler-timeout", "500ms"]);
    expect(code).toBe(1);
    expect(stdout.match(/^---.*$/gm)).toEqual(["--- Deployment a", "--- Deployment b"]);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toContain("warning: instances 1: while it restarts");
    const json = await runCli([
      "doctor",
      file,
      "--handler-timeout",
      "500ms",
      "--instances",
      "2",
      "-f",
      "json",
    ]);
    expect([
      json.code,
      JSON.parse(json.stdout).map(({ findings }: { findings: unknown }) => findings),
    ]).toEqual([0, [[], []]]);
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: [] }));
    expect(await runCli(["doctor", file])).toMatchObject({
      code: 3,
      stderr: `${file}: no Deployment, StatefulSet, DaemonSet or Pod in it\n`,
    });
    await writeFile(file, JSON.stringify(workloadOf("c", -1)));
    expect((await runCli(["doctor", file])).stderr).toContain("Deployment c: probeIntervalMs: expected");
  });
});

test("a configuration of serve says how long its checks take, and that they are asked in the background", () => {
  const checks = [
    { check: "memory", timeoutMs: 7_000 },
    { check: "clock", timeoutMs: 9_000, critical: false },
    { check: "disk", target: "/", intervalMs: 60_000 },
  ] as const;
  const probeStatus = { requireHealthy: true };
  expect(toNumbersOfServe({ checks, probeStatus, drain: { capMs: 0.5, quietMs: 2 } })).toEqual({
    handlerTimeoutMs: 7_000,
    handlerIntervalMs: 60_000,
    requireHealthy: true,
    capMs: 1,
    keepAliveTimeoutMs: 65_000,
  });
});

test("any JSON is numbers, or has mistakes", async () => {
  await fc.assert(
    fc.asyncProperty(ARBITRARY_JSON, async (json) => {
      const read = await readDeclared("-", async () => JSON.stringify(json));
      if ("sources" in read) expect(json).toBeTypeOf("object");
      else expect(read.mistakes.length).toBeGreaterThan(0);
    }),
  );
});

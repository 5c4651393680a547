import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { diagnose } from "../src/cli/doctor/diagnose.ts";
import { runCli } from "./support/cli.ts";
import { toWords } from "./support/words.ts";

interface Probe {
  readonly httpGet: { readonly path: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [Container];
      };
    };
  };
}

const page = readFileSync(join(import.meta.dirname, "../docs/kubernetes.md"), "utf8");
const [, manifest = ""] =
  /^```yaml no-run: test\/kubernetes-page\.test\.ts checks it\n([\s\S]*?)^```$/m.exec(page) ?? [];
const [deployment] = parseAllDocuments(manifest).map((document) => document.toJS()) as [Deployment];
const { replicas, template } = deployment.spec;
const [{ ports, startupProbe, readinessProbe, livenessProbe }] = template.spec.containers;

/** The number behind `pattern` in the service's code, such as `keepAliveTimeout = 65_000`. */
function readCode(pattern: RegExp): number {
  return Number(pattern.exec(page)?.[1]?.replaceAll("_", ""));
}

test("the manifest and the service of docs/kubernetes.md fit together: the doctor finds nothing", () => {
  const findings = diagnose(
    {
      probeIntervalMs: readinessProbe.periodSeconds * 1_000,
      probeTimeoutMs: readinessProbe.timeoutSeconds * 1_000,
      fall: readinessProbe.failureThreshold,
      graceMs: template.spec.terminationGracePeriodSeconds * 1_000,
      instances: replicas,
      startupMs: startupProbe.periodSeconds * startupProbe.failureThreshold * 1_000,
      handlerIntervalMs: readCode(/intervalMs: ([\d_]+)/),
      keepAliveTimeoutMs: readCode(/keepAliveTimeout = ([\d_]+)/),
      balancerIdleMs: 60_000,
      longestRequestMs: 5_000,
    },
    "kubernetes",
  );
  expect(findings).toEqual([]);
});

test("the probes of the manifest are sent to the paths and the port of the service", () => {
  const probes = [startupProbe, readinessProbe, livenessProbe];
  expect(probes.map(({ httpGet }) => httpGet)).toEqual([
    { path: "/startupz", port: "http" },
    { path: "/readyz", port: "http" },
    { path: "/livez", port: "http" },
  ]);
  expect(ports).toEqual([{ name: "http", containerPort: readCode(/PORT \?\? (\d+)/) }]);
});

test("the doctor's command line on the page says what the manifest says, and finds nothing", async () => {
  const [, command = ""] = /^npx svc-status (doctor .*)$/m.exec(page) ?? [];
  const { code, stdout } = await runCli(toWords(command));
  expect(stdout).toMatch(/^no problems found\n\n/);
  expect(code).toBe(0);
  const { periodSeconds, timeoutSeconds, failureThreshold } = readinessProbe;
  expect(command).toContain(
    `--probe-interval ${periodSeconds}s --probe-timeout ${timeoutSeconds}s --fall ${failureThreshold} `,
  );
  expect(command).toContain(
    `--grace ${template.spec.terminationGracePeriodSeconds}s --instances ${replicas}`,
  );
});

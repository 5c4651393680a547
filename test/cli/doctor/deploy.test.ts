import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import type { Declared } from "../../../src/cli/doctor/numbers.ts";
import type { Platform } from "../../../src/cli/doctor/platforms.ts";
import { parseDuration } from "../../../src/cli/duration.ts";
import { runCli } from "../../support/cli.ts";

const root = join(import.meta.dirname, "../../..");
const folder = join(root, "deploy");

/** What a file says, as the numbers of the doctor: once for each probe in it. */
type ReadNumbers = (text: string, leaving: string) => readonly Declared[];

const READERS: Readonly<Record<string, readonly [Platform, ReadNumbers]>> = {
  "haproxy.cfg": ["haproxy", readHaproxy],
  "kubernetes.yaml": ["kubernetes", readKubernetes],
  "nginx.conf": ["nginx", readNginx],
  "worker.yaml": ["kubernetes", readWorker],
};

interface Probe {
  readonly periodSeconds: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold: number;
}

interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly Readonly<
          Record<"startupProbe" | "readinessProbe" | "livenessProbe", Probe> & { lifecycle?: unknown }
        >[];
      };
    };
  };
}

/** Only readiness is refused while a service leaves, so its rhythm counts for all; each has a time-out of its own. */
function readKubernetes(text: string): readonly Declared[] {
  const { replicas, template } = (parse(text) as Deployment).spec;
  return template.spec.containers.flatMap(({ startupProbe, readinessProbe, livenessProbe, lifecycle }) => {
    expect(lifecycle).toBeUndefined();
    return [startupProbe, readinessProbe, livenessProbe].map(({ timeoutSeconds }) => ({
      probeIntervalMs: readinessProbe.periodSeconds * 1_000,
      ...(timeoutSeconds !== undefined && { probeTimeoutMs: timeoutSeconds * 1_000 }),
      fall: readinessProbe.failureThreshold,
      graceMs: template.spec.terminationGracePeriodSeconds * 1_000,
      instances: replicas,
    }));
  });
}

/** No balancer sends requests to it, so it has no probes and waits for nobody. */
function readWorker(text: string): readonly Declared[] {
  const { terminationGracePeriodSeconds, containers } = (parse(text) as Deployment).spec.template.spec;
  expect(containers.map(Object.keys)).toEqual([["name", "image", "command"]]);
  // Nobody probes it, so the time-out of a probe is nothing that it lacks.
  return [{ graceMs: terminationGracePeriodSeconds * 1_000, probeTimeoutMs: 6_000 }];
}

function readHaproxy(text: string): readonly Declared[] {
  const [, inter = "", fall, rise] = /check inter (\w+) fall (\d+) rise (\d+)/.exec(text) ?? [];
  return [
    {
      probeIntervalMs: toMs(inter),
      probeTimeoutMs: toMs(/^ +timeout check (\w+)$/m.exec(text)?.[1]),
      fall: Number(fall),
      rise: Number(rise),
      instances: text.match(/^ +server /gm)?.length ?? 0,
    },
  ];
}

/** The other half of the rule is in the service: what docs/leaving.md sets there. */
function readNginx(text: string, leaving: string): readonly Declared[] {
  const [, keepAlive = ""] = /server\.keepAliveTimeout = ([\d_]+);/.exec(leaving) ?? [];
  return [
    {
      balancerIdleMs: toMs(/^ +keepalive_timeout (\w+);$/m.exec(text)?.[1]),
      keepAliveTimeoutMs: Number(keepAlive.replaceAll("_", "")),
      instances: text.match(/^ +server \d/gm)?.length ?? 0,
    },
  ];
}

function toMs(text = ""): number {
  return parseDuration("deploy", text);
}

async function writeNumbers(declared: Declared): Promise<string> {
  const temporary = await mkdtemp(join(tmpdir(), "svc-status-deploy-"));
  onTestFinished(() => rm(temporary, { recursive: true }));
  const file = join(temporary, "numbers.json");
  await writeFile(file, JSON.stringify(declared));
  return file;
}

describe("the doctor", () => {
  test("is shown every file in deploy/", async () => {
    expect((await readdir(folder)).sort()).toEqual(Object.keys(READERS));
  });

  test.each(Object.entries(READERS))("finds nothing wrong with deploy/%s", async (file, [platform, read]) => {
    const text = await readFile(join(folder, file), "utf8");
    const all = read(text, await readFile(join(root, "docs/leaving.md"), "utf8"));
    expect(all.length).toBeGreaterThan(0);
    for (const declared of all) {
      const numbers = await writeNumbers(declared);
      const { code, stdout } = await runCli(["doctor", numbers, "--for", platform, "--format", "json"]);
      expect({ ...(JSON.parse(stdout) as object), code }).toMatchObject({ findings: [], code: 0 });
    }
  });
});

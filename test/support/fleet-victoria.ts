import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { DEFAULT_LABELS, DEFAULT_TIMES_MS } from "../../src/fleet/options.ts";
import { toRuleFile } from "../../src/fleet/rules.ts";
import { toYaml } from "../../src/fleet/yaml.ts";
import { type MonitoringTarget, readMetric } from "./fleet-monitoring.ts";
import { findFreePort } from "./free-port.ts";
import { type Program, restartProgram, startProgram } from "./program.ts";

/** VictoriaMetrics, which scrapes, and vmalert, which evaluates the rules there. */
export interface Victoria {
  /** The port of VictoriaMetrics, which answers Prometheus' API. */
  readonly port: number;
  /** The number of evaluations of all rules. */
  countEvaluations(): Promise<number>;
  restartDatabase(whileDown?: () => Promise<void>): Promise<void>;
  /** Sends a signal to VictoriaMetrics. */
  signalDatabase(signal: NodeJS.Signals): void;
}

const FLUSH_MS = 200;

const STARTED = { timeout: 30_000, interval: 50 };

/** Starts both with an interval of a second, and what docs/alerts.md says to set. */
export async function startVictoria(targets: readonly MonitoringTarget[]): Promise<Victoria> {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-victoria-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [port, vmalert] = [await findFreePort(), await findFreePort()];
  const scrape = join(folder, "scrape.yml");
  const rules = join(folder, "rules.yml");
  await writeFile(
    scrape,
    toYaml({
      global: { scrape_interval: "1s", scrape_timeout: "1s" },
      scrape_configs: [
        {
          job_name: "fleet",
          static_configs: targets.map(({ address, path, job, instance }) => ({
            targets: [address],
            labels: { __metrics_path__: path, job, instance },
          })),
        },
      ],
    }),
  );
  await writeFile(rules, toYaml(toRuleFile({ ...DEFAULT_LABELS, timesMs: DEFAULT_TIMES_MS, labels: {} })));
  async function startDatabase(): Promise<Program> {
    const started = startProgram("victoria-metrics", [
      `-storageDataPath=${join(folder, "data")}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      `-promscrape.config=${scrape}`,
      "-search.latencyOffset=0s",
      "-memory.allowedBytes=200MB",
    ]);
    await started.waitForLine(/started VictoriaMetrics in/);
    return started;
  }

  let running = await startDatabase();
  // New series are visible at once, and not after up to ten seconds.
  const flushing = setInterval(() => {
    fetch(`http://127.0.0.1:${port}/internal/force_flush`).catch(() => {}); // while it restarts
  }, FLUSH_MS);
  onTestFinished(() => clearInterval(flushing));
  startProgram("vmalert", [
    `-rule=${rules}`,
    `-httpListenAddr=127.0.0.1:${vmalert}`,
    `-datasource.url=http://127.0.0.1:${port}`,
    `-remoteWrite.url=http://127.0.0.1:${port}`,
    "-remoteWrite.flushInterval=100ms",
    "-evaluationInterval=1s",
    "-notifier.url=http://127.0.0.1:9",
  ]);
  const countEvaluations = (): Promise<number> => readMetric(vmalert, "vmalert_iteration_total");
  // Its lines do not say when it listens.
  await expect.poll(() => countEvaluations().catch(() => 0), STARTED).toBeGreaterThan(0);

  return {
    port,
    countEvaluations,
    async restartDatabase(whileDown) {
      running = await restartProgram(running, startDatabase, whileDown);
    },
    signalDatabase: (signal) => running.kill(signal),
  };
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { toAlertmanagerFile } from "../../src/fleet/alertmanager.ts";
import { DEFAULT_LABELS, DEFAULT_TIMES_MS, type TimeName } from "../../src/fleet/options.ts";
import { toRuleFile } from "../../src/fleet/rules.ts";
import { type Tree, toYaml } from "../../src/fleet/yaml.ts";
import { findFreePort } from "./free-port.ts";
import { type Program, restartProgram, startProgram } from "./program.ts";
import { startReceiver } from "./receiver.ts";

const INTERVAL_MS = 1_000;

/** Alertmanager looks for groups to remove every 30 s. */
const REMOVAL = { timeout: 90_000, interval: 200 };

/** A target as Prometheus scrapes it: where it is, and its labels. */
export interface MonitoringTarget {
  readonly address: string;
  readonly path: string;
  readonly job: string;
  readonly instance: string;
}

/** One notification, as far as it matters: `firing accounts: SvcStatusRed accounts/Database critical`. */
export interface Notified {
  readonly text: string;
  readonly at: number;
}

export interface Monitoring {
  readonly prometheus: number;
  readonly notified: readonly Notified[];
  /** The next notification that has not been taken. */
  next(): Promise<Notified>;
  /**
   * Waits until Alertmanager has so many groups of alerts beside that of the watchdog, and none whose alerts have
   * ended: in a group that it has, it notifies without the wait that hides first guesses.
   */
  untilGroups(count: number): Promise<void>;
  restartPrometheus(whileDown?: () => Promise<void>): Promise<void>;
  /** Sends a signal to Prometheus. */
  signalPrometheus(signal: NodeJS.Signals): void;
  /** The number of complete evaluations of all rules since Prometheus started. */
  countEvaluations(): Promise<number>;
}

interface AlertJson {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Starts Prometheus and Alertmanager with what `svc-status fleet` writes. */
export async function startMonitoring(
  targets: readonly MonitoringTarget[],
  times: Partial<Record<TimeName, number>> = {},
): Promise<Monitoring> {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-fleet-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const receiver = await startReceiver();
  const [prometheus, alertmanager] = [await findFreePort(), await findFreePort()];
  const write = async (name: string, tree: Tree): Promise<string> => {
    await writeFile(join(folder, name), toYaml(tree));
    return join(folder, name);
  };
  const timesMs = { ...DEFAULT_TIMES_MS, ...times };
  await write("rules.yml", toRuleFile({ ...DEFAULT_LABELS, timesMs, labels: {} }));
  const routes = toAlertmanagerFile({
    ...DEFAULT_LABELS,
    scrapeMs: INTERVAL_MS,
    // Room for evaluations that a busy machine delays. The wait of a group is 7.5 s, so that Alertmanager does not read
    // a group in the millisecond in which an evaluation ends its cause: it would notify the effects.
    evaluationMs: 3.25 * INTERVAL_MS,
    groupIntervalMs: INTERVAL_MS,
    receiver: "on-call",
  });
  const webhook = { url: `http://127.0.0.1:${receiver.port}/`, send_resolved: true };
  const routesFile = await write("alertmanager.yml", {
    ...(routes as Record<string, Tree>),
    receivers: [{ name: "on-call", webhook_configs: [webhook] }, { name: "on-call-watchdog" }],
  });
  const configFile = await write("prometheus.yml", {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: ["rules.yml"],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanager}`] }] }],
    },
    scrape_configs: [
      {
        job_name: "fleet",
        static_configs: targets.map(({ address, path, job, instance }) => ({
          targets: [address],
          labels: { __metrics_path__: path, job, instance },
        })),
      },
    ],
  });

  async function startPrometheus(): Promise<Program> {
    const started = startProgram("prometheus", [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${prometheus}`,
      // Otherwise, the end of each first guess makes its group again every minute.
      "--rules.alert.resend-delay=1h",
    ]);
    await started.waitForLine(/Server is ready to receive web requests/);
    return started;
  }

  await startProgram("prometheus-alertmanager", [
    `--config.file=${routesFile}`,
    `--storage.path=${join(folder, "alertmanager")}`,
    `--web.listen-address=127.0.0.1:${alertmanager}`,
    "--cluster.listen-address=",
  ]).waitForLine(/Listening on|msg=Listening/);
  let running = await startPrometheus();

  const notified: Notified[] = [];
  const firing = new Set<string>();
  const waiting: ((one: Notified) => void)[] = [];
  let taken = 0;
  void receive();

  async function receive(): Promise<void> {
    for (;;) {
      const request = await receiver.next();
      request.answer(200);
      const text = toText(request.body, firing);
      if (text === undefined) continue;
      const one = { text, at: performance.now() };
      notified.push(one);
      if (waiting.length > 0) {
        taken += 1;
        waiting.shift()?.(one);
      }
    }
  }

  return {
    prometheus,
    notified,
    next() {
      const one = notified[taken];
      if (one === undefined) return new Promise((resolve) => void waiting.push(resolve));
      taken += 1;
      return Promise.resolve(one);
    },
    untilGroups: (count) =>
      expect.poll(() => countGroups(alertmanager), REMOVAL).toEqual({ firing: count, over: 0 }),
    async restartPrometheus(whileDown) {
      running = await restartProgram(running, startPrometheus, whileDown);
    },
    signalPrometheus: (signal) => running.kill(signal),
    countEvaluations: () => readMetric(prometheus, "prometheus_rule_group_duration_seconds_count"),
  };
}

/** The groups of Alertmanager without that of the watchdog, and those that it has not removed yet. */
async function countGroups(port: number): Promise<{ readonly firing: number; readonly over: number }> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v2/alerts/groups`);
  const groups = (await response.json()) as readonly { readonly alerts: readonly AlertJson[] }[];
  const firing = groups.filter(({ alerts }) => alerts[0]?.labels["alertname"] !== "SvcStatusWatchdog");
  const all = await readMetric(port, "alertmanager_dispatcher_aggregation_groups");
  return { firing: firing.length, over: all - groups.length };
}

/** The value of a metric of a program. */
export async function readMetric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, "m").exec(text)?.[1] ?? 0);
}

/**
 * Alertmanager also lists the end of alerts that it has never notified: of effects, which were inhibited, and of first
 * guesses, which ended before the wait of their group, and which Prometheus repeats for 15 minutes. If that is all that
 * is new, there is no text: on a busy machine, a guess may end after the first notification of its group.
 *
 * @param firing The alerts that were notified and have not ended.
 */
function toText(body: Readonly<Record<string, unknown>>, firing: Set<string>): string | undefined {
  const { root, job } = body["groupLabels"] as Readonly<Record<string, string>>;
  const all = body["alerts"] as readonly AlertJson[];
  const isKnown = ({ labels }: AlertJson): boolean => firing.has(JSON.stringify(labels));
  const hasGuesses = all.some((alert) => alert.status === "resolved" && !isKnown(alert));
  if (hasGuesses && all.every((alert) => isKnown(alert) === (alert.status === "firing"))) return undefined;
  const alerts = all
    .filter(({ status, labels }) => {
      const key = JSON.stringify(labels);
      return status === "firing" ? firing.add(key) : firing.delete(key);
    })
    .map(({ status, labels: { alertname, job: service, name, instance, severity } }) => {
      const what = [service, name ?? instance].filter((each) => each !== undefined).join("/");
      return `${status} ${alertname?.replace("SvcStatus", "")} ${what} ${severity}`;
    })
    .sort();
  return `${root ?? job}: ${alerts.join(", ")}`;
}

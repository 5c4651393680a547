import { execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const INTERVAL = "2s";
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const SVC_STATUS = fileURLToPath(new URL("dist/cli/bin.js", import.meta.resolve("svc-status/package.json")));

/** The first of these programs that is installed. */
export function findProgram(...names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts Prometheus, and Alertmanager if it is installed, with the rules and routes that svc-status writes, in a
 * temporary folder. `onEnd(program, text)` is called if one ends by itself.
 */
export async function startMonitoring({ prometheus, alertmanager }, targets, onEnd) {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-fleet-"));
  const children = [];
  let isStopping = false;

  function run(program, args) {
    if (isStopping) return;
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    let last = "";
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      last = (last + chunk).slice(-1_000);
    });
    child.once("error", (error) => {
      last = error.message;
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.once("close", () => isStopping || onEnd(program, last));
    children.push({ child, ended });
  }

  async function stop() {
    isStopping = true;
    // Afterwards, nothing more starts.
    await started.catch(() => {});
    await Promise.all(children.map(end));
    await rm(folder, { recursive: true, force: true });
  }

  async function start() {
    const [port, alertmanagerPort] = await Promise.all([findFreePort(), findFreePort()]);
    const paths = { rules: join(folder, "rules.yml"), config: join(folder, "prometheus.yml") };
    await writeFile(paths.rules, await svcStatus("rules"));
    // JSON is YAML too.
    await writeFile(paths.config, JSON.stringify(toConfig(targets, alertmanager && alertmanagerPort)));
    if (alertmanager) {
      const times = [
        "--scrape-interval",
        INTERVAL,
        "--evaluation-interval",
        INTERVAL,
        "--group-interval",
        "10s",
      ];
      const routes = join(folder, "alertmanager.yml");
      await writeFile(routes, await svcStatus("alertmanager", ...times));
      run(alertmanager, [
        `--config.file=${routes}`,
        `--storage.path=${join(folder, "alertmanager")}`,
        `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
        "--cluster.listen-address=",
      ]);
    }
    run(prometheus, [
      `--config.file=${paths.config}`,
      `--storage.tsdb.path=${join(folder, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    const url = `http://127.0.0.1:${port}`;
    await waitUntilReady(`${url}/-/ready`, () => isStopping);
    return { url, ...(alertmanager && { alertmanagerUrl: `http://127.0.0.1:${alertmanagerPort}` }) };
  }

  const started = start();
  return { started, stop };
}

function toConfig(targets, alertmanagerPort) {
  return {
    global: { scrape_interval: INTERVAL, scrape_timeout: INTERVAL, evaluation_interval: INTERVAL },
    rule_files: ["rules.yml"],
    ...(alertmanagerPort && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] },
    }),
    scrape_configs: targets.map(({ job, addresses }) => ({
      job_name: job,
      metrics_path: "/svc_status.prometheus",
      static_configs: [{ targets: addresses }],
    })),
  };
}

async function svcStatus(...args) {
  const { stdout } = await promisify(execFile)(process.execPath, [SVC_STATUS, "fleet", ...args]);
  return stdout;
}

async function waitUntilReady(url, isCancelled) {
  for (const endAt = Date.now() + START_TIMEOUT_MS; Date.now() < endAt && !isCancelled(); await wait(100)) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error(`${url} is not ready`);
}

async function end({ child, ended }) {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

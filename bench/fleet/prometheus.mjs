import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findFreePort } from "../support/free-port.mjs";

const INTERVAL_S = 10;
const MAX_START_S = 150;
const bin = new URL("../../dist/cli/bin.js", import.meta.url).pathname;

/** Stores samples as blocks. */
export function createBlocks(folder, samples) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "samples.txt");
  writeFileSync(file, samples);
  const args = ["tsdb", "create-blocks-from", "--max-block-duration=24h", "openmetrics", file];
  execFileSync("nice", ["promtool", ...args, join(folder, "data")], { stdio: "ignore" });
}

/**
 * Starts Prometheus with the rules, and waits until it has evaluated them twice.
 *
 * @param options.day The folder with the blocks that are added to those in `folder`.
 * @param options.targets What it scrapes, as `static_configs`. Default: nothing.
 */
export async function startPrometheus(folder, { day, targets = [] }) {
  const [data, rules, config] = ["data", "rules.yml", "prometheus.json"].map((name) => join(folder, name));
  cpSync(join(day, "data"), data, { recursive: true });
  writeFileSync(rules, execFileSync(process.execPath, [bin, "fleet", "rules"]));
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      global: { evaluation_interval: `${INTERVAL_S}s`, scrape_interval: `${INTERVAL_S}s` },
      rule_files: [rules],
      scrape_configs: [{ job_name: "fleet", static_configs: targets }],
    }),
  );
  const port = await findFreePort();
  const child = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // The samples have the time of the start of this program.
      ...(targets.length === 0 ? ["--query.lookback-delta=1h"] : []),
    ],
    { stdio: "ignore" },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = () => child.kill("SIGKILL");
  process.once("exit", stop);
  for (let seconds = 0; !(await isReady(url)); seconds += 1) {
    if (seconds === MAX_START_S) throw new Error("Prometheus has not evaluated the rules");
    await wait(1_000);
  }
  return { url, stop };
}

/** Whether all services have their recorded series. */
async function isReady(url) {
  const query =
    "count(service:svc_status_info:count) + on () count(count_over_time(service:svc_status_info:count[5m]) > 1)";
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`).catch(
    () => undefined,
  );
  const answer = response?.ok ? await response.json() : undefined;
  return Number(answer?.data.result[0]?.value[1]) >= 200;
}

// The cost of the fleet's rules in a real Prometheus, and of the extended families in a service.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { toFleetSamples } from "./support/fleet-samples.mjs";
import { findFreePort } from "./support/free-port.mjs";
import { publish } from "./support/rows.mjs";

const INSTANCES = 10_000;
const HANDLERS = 10;
const SERVICES = 100;
const EVALUATIONS = 4;
const INTERVAL_S = 15;

const bin = new URL("../dist/cli/bin.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "svc-status-bench-"));

try {
  const size = { instances: INSTANCES, handlers: HANDLERS, services: SERVICES };
  writeFileSync(join(folder, "metrics.txt"), toFleetSamples(size));
  const blocks = [
    "tsdb",
    "create-blocks-from",
    "openmetrics",
    join(folder, "metrics.txt"),
    join(folder, "data"),
  ];
  execFileSync("promtool", blocks, { stdio: "ignore" });
  writeFileSync(join(folder, "rules.yml"), execFileSync(process.execPath, [bin, "fleet", "rules"]));
  writeFileSync(
    join(folder, "prometheus.yml"),
    `global:\n  evaluation_interval: ${INTERVAL_S}s\nrule_files: ["rules.yml"]\n`,
  );
  const { samples, cpuSamples } = await measureEvaluations();
  const series = (INSTANCES * HANDLERS).toLocaleString("en");
  const instances = INSTANCES.toLocaleString("en");
  publish({
    what: `evaluation of all rules: ${series} series of states, ${instances} instances of ${SERVICES} services`,
    unit: "s",
    samples,
    max: INTERVAL_S,
  });
  publish({ what: "the same, in seconds of a processor", unit: "s", samples: cpuSamples, max: INTERVAL_S });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureEvaluations() {
  const port = await findFreePort();
  const prometheus = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // The samples have the time of the start of this program.
      "--query.lookback-delta=1h",
    ],
    { stdio: "ignore" },
  );
  try {
    const samples = [];
    const cpuSamples = [];
    let evaluated = 0;
    let used = 0;
    for (let seconds = 0; samples.length < EVALUATIONS && seconds < 180; seconds += 1) {
      await wait(1_000);
      const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
        (response) => response.text(),
        () => "",
      );
      const count = Number(/^prometheus_rule_group_duration_seconds_count (\d+)/m.exec(text)?.[1] ?? 0);
      const last = /^prometheus_rule_group_last_duration_seconds\{.*\} (\S+)$/m.exec(text)?.[1];
      if (count <= evaluated || !(Number(last) > 0)) continue;
      const cpu = Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
      samples.push(Number(last));
      // Before the first evaluation, it has read the files.
      if (evaluated > 0) cpuSamples.push((cpu - used) / (count - evaluated));
      evaluated = count;
      used = cpu;
    }
    return { samples, cpuSamples };
  } finally {
    prometheus.kill("SIGKILL");
  }
}

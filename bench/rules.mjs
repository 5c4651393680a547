// The cost of the fleet's rules in a real Prometheus, and of the extended families in a service.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { publish } from "./support/rows.mjs";

const INSTANCES = 10_000;
const HANDLERS = 10;
const SERVICES = 100;
const EVALUATIONS = 4;
const INTERVAL_S = 15;

const bin = new URL("../dist/cli/bin.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "svc-status-bench-"));

try {
  writeFileSync(join(folder, "metrics.txt"), toOpenMetrics());
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

/** Every tenth service is RED by its upstream, and the first of them by itself. */
function toOpenMetrics() {
  const now = Math.floor(Date.now() / 1_000);
  const families = {
    svc_status_state: [],
    svc_status_last_change_timestamp_seconds: [],
    svc_status_upstream: [],
    svc_status_overall: [],
    svc_status_in_service: [],
    svc_status_info: [],
    up: [],
  };
  const add = (family, labels, value) => families[family].push(`${family}{${labels}} ${value} ${now}`);
  for (let index = 0; index < INSTANCES; index += 1) {
    const service = index % SERVICES;
    const isRed = service % 10 === 0;
    const target = `job="service-${service}",instance="10.0.${index >> 8}.${index & 255}:8080"`;
    for (let handler = 0; handler < HANDLERS; handler += 1) {
      const labels = `${target},name="Handler ${handler}"`;
      add("svc_status_state", `${labels},critical="true",scope="shared"`, isRed && handler === 0 ? 2 : 0);
      add("svc_status_last_change_timestamp_seconds", labels, 1_700_000_000 + service);
    }
    add(
      "svc_status_upstream",
      `${target},name="Handler 0",upstream="service-${Math.max(0, service - 10)}"`,
      1,
    );
    add("svc_status_overall", target, isRed ? 2 : 0);
    add("svc_status_in_service", target, 1);
    add("svc_status_info", `${target},service_version="1.0.0"`, 1);
    add("up", target, 1);
  }
  const texts = Object.entries(families).map(
    ([family, lines]) => `# TYPE ${family} gauge\n${lines.join("\n")}\n`,
  );
  return `${texts.join("")}# EOF\n`;
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

function findFreePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

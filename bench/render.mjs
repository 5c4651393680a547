// The cost of creating a report, and of rendering it.
import { Gauge, Registry } from "prom-client";
import { importSources } from "../scripts/import-sources.mjs";
import { compareFunctions } from "./support/compare.mjs";
import { publish } from "./support/rows.mjs";

import { median } from "./support/statistics.mjs";

const { createJsonRenderer, createPrometheusRenderer, createStatusRegistry } = await importSources(
  "formats/json.ts",
  "formats/prometheus.ts",
  "core/registry/registry.ts",
);

const SIZES = [10, 1_000, 10_000];
const LARGEST = 10_000;
const MAX_MICROSECONDS = 2;

const STATE_NUMBERS = { OK: 0, YELLOW: 1, RED: 2 };
const PROMETHEUS = { details: true, repeatMetadata: false, openMetrics: false, onLeftOut() {} };

for (const size of SIZES) await compareTexts(size, 10);
await compareTexts(1_000, 1);
await compareJson(1_000);
await measureReports("plain", () => () => ({ state: "OK" }));
await measureReports("asynchronous", () => async () => ({ state: "OK" }));

/**
 * Handlers that return a new object each time, as real handlers do. One of every `changing` handlers has a
 * new value each time.
 */
function createRegistry(size, changing) {
  const registry = createStatusRegistry();
  for (let index = 0; index < size; index += 1) {
    let latency = index / 10;
    registry.addStatusHandler(`Handler ${index}`, () => {
      if (index % changing === 0) latency += 0.1;
      return { state: index % 7 === 0 ? "YELLOW" : "OK", detail: `check ${index}`, labels: { latency } };
    });
  }
  return registry;
}

/** Repeats small reports until the time is measurable; each is a separate report. */
async function compareTexts(size, changing) {
  const registry = createRegistry(size, changing);
  const register = new Registry();
  const renderPrometheus = createPrometheusRenderer();
  const samples = await compareFunctions(
    {
      ours: (report) => renderPrometheus(report, PROMETHEUS),
      join: joinText,
      "prom-client": (report) => writeByRegister(register, report),
    },
    { rounds: 15, repeats: (3 * LARGEST) / size, prepare: () => registry.getReport() },
  );
  const change = changing === 1 ? "all of them changed" : `one of ${changing} changed`;
  const what = `Prometheus text of ${size.toLocaleString("en")} handlers, ${change},`;
  publishRatio({ what: `${what} against a plain join`, max: 1 }, samples.ours, samples.join);
  publishRatio(
    { what: `the same by \`prom-client\` against ours`, min: 8 },
    samples["prom-client"],
    samples.ours,
  );
}

/** Writes them as the `collect()` of a gauge would. */
function writeByRegister(register, { entries }) {
  register.clear();
  const gauge = new Gauge({ name: "svc_status", help: "0 OK", labelNames: ["name"], registers: [register] });
  for (const { name, status } of entries) {
    gauge.set({ name }, STATE_NUMBERS[status.state]);
    for (const [label, value] of Object.entries(status.labels))
      gauge.set({ name: `${name}_${label}` }, value);
  }
  return register.metrics();
}

function joinText({ entries }) {
  const lines = ["# HELP svc_status 0 OK", "# TYPE svc_status gauge"];
  for (const { name, status } of entries) {
    lines.push(toSample(name, STATE_NUMBERS[status.state]));
    for (const [label, value] of Object.entries(status.labels))
      lines.push(toSample(`${name}_${label}`, value));
  }
  return lines.join("\n");
}

function toSample(name, value) {
  const escaped = name.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `svc_status{name="${escaped}"} ${value}`;
}

async function compareJson(size) {
  const registry = createRegistry(size, 10);
  const renderJson = createJsonRenderer();

  async function prepare() {
    const report = await registry.getReport();
    return { report, object: Object.fromEntries(report.entries.map(({ name, status }) => [name, status])) };
  }

  const samples = await compareFunctions(
    {
      ours: ({ report }) => renderJson(report, { details: true }),
      stringify: ({ object }) => JSON.stringify(object),
    },
    { rounds: 15, repeats: (3 * LARGEST) / size, prepare },
  );
  const what = `JSON of ${size.toLocaleString("en")} handlers against \`JSON.stringify\``;
  publishRatio({ what, max: 1.3 }, samples.ours, samples.stringify);
}

async function measureReports(kind, toHandler) {
  const registries = Object.fromEntries(SIZES.map((size) => [size, createStatusRegistry()]));
  for (const size of SIZES)
    for (let index = 0; index < size; index += 1)
      registries[size].addStatusHandler(`Handler ${index}`, toHandler());
  const samples = await compareFunctions(
    Object.fromEntries(SIZES.map((size) => [size, () => askTimes(registries[size], LARGEST / size)])),
    { rounds: 15, repeats: 3 },
  );
  const perHandler = samples[LARGEST].map((tookMs) => (tookMs * 1_000) / LARGEST);
  const what = `report of ${LARGEST.toLocaleString("en")} ${kind} handlers`;
  publish({ what: `${what}, each`, samples: perHandler, unit: " µs", max: MAX_MICROSECONDS });
  publishRatio({ what: `the same against ${SIZES[0]}, each`, max: 1.3 }, samples[LARGEST], samples[SIZES[0]]);
}

async function askTimes(registry, times) {
  for (let count = 0; count < times; count += 1) await registry.getReport();
}

/** Compares round by round, because both sides of a round had the same disturbances. */
function publishRatio(row, tookMs, againstMs) {
  const samples = tookMs.map((took, round) => took / againstMs[round]);
  publish({ ...row, samples, unit: " ×", raw: { ms: median(tookMs), againstMs: median(againstMs) } });
}

// The time that a process takes to leave, for each platform and for the defaults of other packages:
//
//   node bench/platforms.mjs            prints the table
//   node bench/platforms.mjs --write    also puts it into docs/leaving.md
//
// All cases run at the same time, because they mostly wait. Each has a balancer that probes every second and
// leaves at the third failure, or a kubelet that probes every 10 s and nodes that learn after 2 s.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const SERVICE = join(import.meta.dirname, "platforms/service.mjs");
const PAGE = join(import.meta.dirname, "../docs/leaving.md");
const MARKS = ["<!-- platforms: begin -->\n", "<!-- platforms: end -->\n"];

/** Two probes of a kubelet, and more than 30 requests. */
const WARM_UP_MS = 25_000;
const REQUEST_EVERY_MS = 200;
const REQUEST_TIMEOUT_MS = 5_000;
const BALANCER = { everyMs: 1_000, agent: "", failures: 3 };
const KUBELET = { everyMs: 10_000, agent: "kube-probe/1.31", nodesLearnMs: 2_000 };

const OURS = { kubernetes: 30, docker: 10, ecs: 30, "cloud-run": 10, heroku: 30, pm2: 1.6, systemd: 90 };
const PEERS = ["@godaddy/terminus", "lightship", "http-terminator", "close-with-grace"];

/** The signal and the time until SIGKILL of each platform; the peers run as on Kubernetes, with a balancer. */
const CASES = [
  ...Object.entries(OURS).map(([preset, killedAfter]) => ({
    name: `\`preset: "${preset}"\``,
    way: "svc-status",
    preset,
    killedAfter,
    signal: preset === "pm2" ? "SIGINT" : "SIGTERM",
    prober: preset === "kubernetes" ? KUBELET : BALANCER,
  })),
  ...PEERS.map((way) => ({
    name: `\`${way}\``,
    way,
    killedAfter: 30,
    signal: "SIGTERM",
    prober: BALANCER,
  })),
];

const started = [];
for (const each of CASES)
  for (const hasTraffic of [true, false]) started.push(await start({ ...each, hasTraffic }));
await sleep(WARM_UP_MS);
const results = await Promise.all(started.map(leave));
const table = toTable(results);
console.log(table);
if (process.argv.includes("--write")) write(table);

async function start(each) {
  const [port, probePort] = await findPorts(2);
  const settings = JSON.stringify({ ...each, port, probePort });
  const service = spawn(process.execPath, [SERVICE, settings], { stdio: ["ignore", "pipe", "ignore"] });
  await once(service.stdout, "data");
  const target =
    each.way === "lightship" ? { port: probePort, path: "/ready" } : { port, path: "/probe_status" };
  const run = { ...each, port, target, service, failed: 0, isSent: each.hasTraffic, isOver: false };
  run.clients = [probe(run), ...(each.hasTraffic ? [request(run)] : [])];
  return run;
}

/** The health checker: a balancer sends no more requests after the last failure. */
async function probe(run) {
  const { target, prober } = run;
  let failures = 0;
  while (!run.isOver) {
    const nextAt = performance.now() + prober.everyMs;
    const status = await ask({ ...target, headers: prober.agent ? { "User-Agent": prober.agent } : {} });
    failures = status === 200 ? 0 : failures + 1;
    if (failures >= (prober.failures ?? Number.POSITIVE_INFINITY)) run.isSent = false;
    while (!run.isOver && performance.now() < nextAt) await sleep(50);
  }
}

async function request(run) {
  const pending = [];
  while (!run.isOver && run.isSent) {
    pending.push(
      ask({ port: run.port, path: "/" }).then((status) => {
        if (status !== 200) run.failed += 1;
      }),
    );
    await sleep(REQUEST_EVERY_MS);
  }
  await Promise.all(pending);
}

async function leave(run) {
  const { service, signal, killedAfter, prober } = run;
  const startedAt = performance.now();
  const kill = setTimeout(() => service.kill("SIGKILL"), killedAfter * 1_000);
  if (prober.nodesLearnMs !== undefined) setTimeout(() => (run.isSent = false), prober.nodesLearnMs);
  service.kill(signal);
  const [, endedBy] = await once(service, "exit");
  const seconds = (performance.now() - startedAt) / 1_000;
  clearTimeout(kill);
  // A balancer goes on sending requests until it has noticed.
  while (run.isSent) await sleep(50);
  run.isOver = true;
  await Promise.all(run.clients);
  return { ...run, seconds, isKilled: endedBy === "SIGKILL" };
}

function ask(options) {
  return new Promise((resolve) => {
    const timeout = REQUEST_TIMEOUT_MS;
    const sent = get({ host: "127.0.0.1", agent: false, timeout, ...options }, (response) => {
      response
        .resume()
        .once("end", () => resolve(response.statusCode))
        .once("error", resolve);
    });
    sent.once("timeout", () => sent.destroy()).once("error", resolve);
  });
}

async function findPorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

function toTable(all) {
  const head = ["how it leaves", "killed after", "with traffic", "failed requests", "without traffic"];
  const rows = CASES.map(({ name, killedAfter }) => {
    const [busy, idle] = [true, false].map((hasTraffic) =>
      all.find((each) => each.name === name && each.hasTraffic === hasTraffic),
    );
    return [name, `${killedAfter} s`, toTime(busy), String(busy.failed), toTime(idle)];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const lines = [head, widths.map((width) => "-".repeat(width)), ...rows];
  return lines
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |\n`)
    .join("");
}

function toTime({ seconds, isKilled }) {
  return `${seconds.toFixed(1)} s${isKilled ? ", killed" : ""}`;
}

function write(text) {
  const page = readFileSync(PAGE, "utf8");
  const [from, to] = [page.indexOf(MARKS[0]) + MARKS[0].length, page.indexOf(MARKS[1])];
  if (to < from) throw new Error(`${PAGE} has no place for the table`);
  writeFileSync(PAGE, `${page.slice(0, from)}\n${text}\n${page.slice(to)}`);
}

// The cost of restarting a service behind HAProxy, by the way it ends: node bench/leaving.mjs [runs]
// Two services, deploy/haproxy.cfg, 500 requests per second; one service is stopped in the middle, and
// restarted.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const RUNS = Number(process.argv[2] ?? 3);
const REQUESTS_PER_SECOND = 500;
const SERVICE = fileURLToPath(new URL("leaving/service.mjs", import.meta.url));
const CONFIG = new URL("../deploy/haproxy.cfg", import.meta.url);

/** How the service ends: the signal, and how it handles it. */
const ENDS = [
  ["`kill -9`", "SIGKILL", "none"],
  ["SIGTERM, `server.close()` at once", "SIGTERM", "close"],
  ["decommissioned, a fixed 2 s, close", "SIGTERM", "fixed"],
  ["`drainOnSignals`", "SIGTERM", "drain"],
];

const CHECKS = ["inter 500ms fall 3", "inter 2s fall 3"];

for (const check of CHECKS) {
  console.log(`\n\`${check}\`\n`);
  console.log("| how it ends | failed requests | it took |");
  console.log("|---|---|---|");
  for (const [name, signal, way] of ENDS) {
    const results = [];
    while (results.length < RUNS) {
      const result = await measure({ check, signal, way });
      if (result.isValid) results.push(result);
      else console.error(`${check}, ${name}: HAProxy lost the other service too; the run is repeated`);
    }
    const failed = results.map((result) => result.failed);
    const seconds = results.map((result) => result.seconds.toFixed(1));
    console.log(`| ${name} | ${failed.join(" / ")} | ${seconds.join(" / ")} s |`);
  }
}

async function measure({ check, signal, way }) {
  const [port, one, two] = await findPorts(3);
  const folder = await mkdtemp(join(tmpdir(), "svc-status-"));
  const config = join(folder, "haproxy.cfg");
  const text = await readFile(CONFIG, "utf8");
  await writeFile(
    config,
    text
      .replace("bind :80", `bind 127.0.0.1:${port}`)
      .replace("192.0.2.1:8080", `127.0.0.1:${one}`)
      .replace("192.0.2.2:8080", `127.0.0.1:${two}`)
      .replace("inter 500ms fall 3", check),
  );
  const services = [await startService(one, way), await startService(two, way)];
  const haproxy = spawn("haproxy", ["-db", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
  // If the machine stalls for a moment, the other service fails its checks too, and the run is not valid.
  let isValid = true;
  haproxy.stderr.on("data", (text) => {
    if (/services\/two is DOWN/.test(text)) isValid = false;
  });
  try {
    await sleep(3_000);
    const load = startLoad(port);
    await sleep(3_000);
    const startedAt = performance.now();
    services[0].kill(signal);
    await once(services[0], "exit");
    const seconds = (performance.now() - startedAt) / 1_000;
    // HAProxy needs this time to notice, whichever way the service ended.
    await sleep(7_000);
    services[0] = await startService(one, way);
    await sleep(3_000);
    return { ...(await load.stop()), seconds, isValid };
  } finally {
    haproxy.kill("SIGKILL");
    for (const service of services) service.kill("SIGKILL");
    await rm(folder, { recursive: true });
  }
}

async function startService(port, way) {
  const service = spawn(process.execPath, [SERVICE, String(port), way], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(service.stdout, "data");
  return service;
}

/**
 * Sends at a fixed rate whether or not responses arrive, like many clients. Every second client reconnects.
 */
function startLoad(port) {
  const agent = new Agent({ keepAlive: true, maxSockets: 50, scheduling: "fifo" });
  const startedAt = performance.now();
  const pending = new Set();
  let requests = 0;
  let failed = 0;

  function ask(isKept) {
    return new Promise((resolve) => {
      const sent = request({ host: "127.0.0.1", port, agent: isKept ? agent : false }, (response) => {
        response
          .resume()
          .once("end", () => resolve(response.statusCode))
          .once("error", resolve);
      });
      sent.once("error", resolve).end();
    });
  }

  async function send() {
    requests += 1;
    const status = await ask(requests % 2 === 0);
    if (status !== 200) failed += 1;
  }

  const timer = setInterval(() => {
    while (requests < ((performance.now() - startedAt) / 1_000) * REQUESTS_PER_SECOND) {
      const sending = send().finally(() => pending.delete(sending));
      pending.add(sending);
    }
  }, 10);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      agent.destroy();
      return { requests, failed };
    },
  };
}

async function findPorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

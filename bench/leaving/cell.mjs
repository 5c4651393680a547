// One restart of one of two services behind one balancer, with one library: forked by leaving.mjs with its setting.
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { BALANCERS } from "./balancers.mjs";
import { createPlace, findPorts } from "./programs.mjs";
import { startRequests } from "./requests.mjs";
import { CLIENTS, startEventStreams, startSockets } from "./streams.mjs";

const { setting, library } = JSON.parse(process.argv[2]);
const SERVICE = new URL("service.mjs", import.meta.url);

/** After this, the platform kills the process. */
const KILLED_AFTER_MS = 60_000;
/** Time until all streams are open. */
const MAX_OPENING_MS = 30_000;
/** Time for the clients to settle after the restart. */
const RECOVERY_MS = 5_000;

/** Parts of the histogram: seconds. */
const TENTHS = 10;

const { start, warmMs, downMs, drain } = BALANCERS[setting];
const children = new Set();
const place = await createPlace();
// The benchmark has been stopped.
process.once("disconnect", () => close().finally(() => process.exit()));
try {
  process.send(await measure());
} finally {
  await close();
  if (process.connected) process.disconnect();
}

async function close() {
  for (const child of children) child.kill("SIGKILL");
  await place.close();
}

async function measure() {
  const [port, one, two] = await findPorts(3);
  const [leaver] = await Promise.all([startService(one), startService(two)]);
  const balancer = await start({ place, port, services: [one, two] });
  process.send({ started: true });
  // The balancer may need its first checks before it lets anything through.
  await sleep(3_000);
  const clients = [startRequests(port), startEventStreams(port), startSockets(port)];
  const [requests, events, sockets] = clients;
  const endsAt = performance.now() + MAX_OPENING_MS;
  while (clients.some(({ open = CLIENTS }) => open < CLIENTS) && performance.now() < endsAt) await sleep(100);
  await sleep(warmMs);
  const stalls = watchStalls();
  for (const client of clients) client.reset();

  const open = { events: events.open, sockets: sockets.open };
  const signaledAt = performance.now();
  balancer.noteSignal(one);
  leaver.child.kill("SIGTERM");
  const killer = setTimeout(() => leaver.child.kill("SIGKILL"), KILLED_AFTER_MS);
  const [code, signal] = await once(leaver.child, "exit");
  const exitedAt = performance.now();
  clearTimeout(killer);
  requests.stopLong();
  const lastEndAt = Math.max(...clients.map((client) => client.getLastEnd(leaver.name) ?? signaledAt));

  await sleep(downMs);
  await startService(one);
  balancer.noteStart(one);
  await sleep(RECOVERY_MS);
  const longestStallMs = stalls.stop();
  const streams = { events: summarize(events.stop()), sockets: summarize(sockets.stop()) };
  const outcomes = await requests.stop();
  balancer.close();
  return {
    setting,
    library,
    outcomes,
    failures: requests.failures.map(({ begunAt, endedAt, ...failure }) => ({
      ...failure,
      begunMs: Math.round(begunAt - signaledAt),
      endedMs: Math.round(endedAt - signaledAt),
    })),
    leaver: leaver.name,
    streams,
    open,
    exitMs: exitedAt - signaledAt,
    idleMs: exitedAt - lastEndAt,
    ended: signal ?? code,
    longestStallMs,
  };
}

async function startService(port) {
  const child = fork(SERVICE, [JSON.stringify({ port, library, drain })], { stdio: "inherit" });
  children.add(child);
  child.once("exit", () => children.delete(child));
  const [{ listening }] = await once(child, "message");
  return { child, name: listening };
}

/** The histogram covers the 10 s over which the drain spreads at most, from the first client on. */
function summarize({ moves, ...counts }) {
  const first = Math.min(...moves);
  const histogram = Array(TENTHS + 1).fill(0);
  for (const at of moves) histogram[Math.min(TENTHS, Math.floor((at - first) / 1_000))] += 1;
  return { ...counts, moved: moves.length, histogram };
}

/** A machine that stands still loses requests by itself. */
function watchStalls() {
  let longestMs = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last - 50);
    last = now;
  }, 50);
  return {
    stop() {
      clearInterval(timer);
      return longestMs;
    },
  };
}

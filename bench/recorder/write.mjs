// Writes the segments of a recording, as a process of 30 days leaves them: faster than the process would.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const HANDLERS = 100;
const SEGMENT_BYTES = 1_000_000;
const HEARTBEAT_MS = 30_000;
const CHAIN = "0123456789abcdef";
const DETAILS = ["connect ECONNREFUSED 10.0.0.7:5432", "timed out after 5000 ms", "503"];

/** Returns the size of the files in bytes. The last change is of this moment. */
export function writeRecording(directory, { changes, days }) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const periodMs = days * 86_400_000;
  const startedAt = Date.now() - periodMs;
  const writer = { id: "bench", pid: 1, host: "bench", instance: "orders-1" };
  const handlers = Array.from({ length: HANDLERS }, (_, index) => ({
    name: `Check ${index}`,
    state: "OK",
    since: startedAt,
    counts: { OK: 0, YELLOW: 0, RED: 0 },
  }));
  let [number, bytes, beatAt] = [0, 0, startedAt];
  let lines = [];

  function add(line) {
    const text = JSON.stringify(line);
    lines.push(text);
    bytes += text.length + 1;
  }

  function begin(t) {
    lines = [];
    bytes = 0;
    add({ k: "head", v: 1, t, chain: CHAIN, ...(number > 0 && { writer }), handlers });
    if (number === 0) add({ k: "start", t, writer });
  }

  function end() {
    const path = join(directory, `status-${CHAIN}-${String(number).padStart(8, "0")}.jsonl`);
    writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o600 });
    number += 1;
    return bytes;
  }

  let total = 0;
  begin(startedAt);
  for (let change = 0; change < changes; change += 1) {
    const t = Math.floor(startedAt + (periodMs * change) / changes);
    for (; t - beatAt > HEARTBEAT_MS; beatAt += HEARTBEAT_MS) add({ t: beatAt + HEARTBEAT_MS });
    add(turn(handlers[(change * 7) % HANDLERS], t, change));
    if (bytes <= SEGMENT_BYTES) continue;
    total += end();
    begin(t);
  }
  return total + end();
}

/** Every second change of a handler is an outage. */
function turn(handler, t, change) {
  const { name, state: from, since } = handler;
  const isOutage = from === "OK";
  handler.state = isOutage ? "RED" : "OK";
  handler.since = t;
  handler.counts[handler.state] += 1;
  const why = isOutage && { reason: "reported", detail: DETAILS[change % DETAILS.length] };
  return { k: "change", t, name, from, to: handler.state, ...why, heldMs: t - since };
}

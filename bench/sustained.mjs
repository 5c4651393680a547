// Response times under a sustained load, and the memory that remains in use afterwards.
import { sendAtRate } from "./support/load.mjs";
import { publish } from "./support/rows.mjs";
import { withServers } from "./support/servers.mjs";
import { quantile } from "./support/statistics.mjs";

const PER_SECOND = 5_000;
const SLICE_SECONDS = 10;
const ROUNDS = 6;
const KIBIBYTE = 2 ** 10;

// One byte for each of the 50,000 requests in between.
const MAX_GROWTH_KIB = 50;

const p99s = { bare: [], "svc-status": [] };
const heapsKiB = [];

await withServers(["bare", "svc-status"], "changing", async (servers) => {
  for (const server of servers) await sendAtRate(server, PER_SECOND, SLICE_SECONDS / 2);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const server of servers) {
      const { tookMs } = await sendAtRate(server, PER_SECOND, SLICE_SECONDS);
      p99s[server.name].push(quantile(tookMs, 0.99));
    }
    heapsKiB.push((await servers[1].getHeap()).heapBytes / KIBIBYTE);
  }
});

publish({
  what: "p99 of `/svc_status.json` with ten handlers against the bare server's",
  samples: p99s["svc-status"].map((p99, round) => p99 / p99s.bare[round]),
  unit: " ×",
  max: 1.5,
  raw: { p99Ms: p99s },
});
publish({
  what: `growth of the heap in ${SLICE_SECONDS} s`,
  samples: heapsKiB.slice(1).map((heap, index) => heap - heapsKiB[index]),
  unit: " KiB",
  max: MAX_GROWTH_KIB,
  raw: { heapsKiB },
});

// The cost of requests while a handler never settles.
import { sendRequests } from "./support/load.mjs";
import { publish } from "./support/rows.mjs";
import { withServers } from "./support/servers.mjs";

const REQUESTS = 10_000;
const KIBIBYTE = 2 ** 10;

// Compiled code and fifty connections vary by more than this from one measurement to the next.
const MAX_GROWTH_KIB = 100;

const WARM_UP_ROUNDS = 2;
const ROUNDS = 7;

await withServers(["svc-status"], "hung", async ([server]) => {
  const heapsKiB = [];
  // The first requests wait for the deadline. All others see that it has passed.
  await sendRequests(server, REQUESTS);
  const { runs } = await server.getUsage();
  publish({ what: "calls of the handler in 10,000 requests", samples: [runs], max: 1 });

  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    await sendRequests(server, REQUESTS);
    heapsKiB.push((await server.getHeap()).heapBytes / KIBIBYTE);
  }
  const measured = heapsKiB.slice(WARM_UP_ROUNDS - 1);
  publish({
    what: "growth of the heap in 10,000 requests",
    samples: measured.slice(1).map((heap, index) => heap - measured[index]),
    unit: " KiB",
    max: MAX_GROWTH_KIB,
    raw: { heapsKiB },
  });
});

// What requests cost while a handler never settles.
import { sendRequests } from "./support/load.mjs";
import { publish } from "./support/rows.mjs";
import { withServers } from "./support/servers.mjs";

const REQUESTS = 10_000;
const KIBIBYTE = 2 ** 10;

// With another order of magnitude than what a compiler or a connection keeps: a byte a request would be a leak.
const MAX_GROWTH_KIB = 100;

await withServers(["svc-status"], "hung", async ([server]) => {
  // The first ones wait for the deadline. What the compiler keeps of them is no growth.
  await sendRequests(server, REQUESTS);
  const { heapBytes: before } = await server.getHeap();
  await sendRequests(server, REQUESTS);
  const { heapBytes: after } = await server.getHeap();
  const { runs } = await server.getUsage();
  publish({ what: "calls of the handler", samples: [runs], max: 1 });
  publish({
    what: "growth of the heap",
    samples: [(after - before) / KIBIBYTE],
    unit: " KiB",
    max: MAX_GROWTH_KIB,
  });
});

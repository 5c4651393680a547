// The cost of a report of ten handlers over HTTP, by server.
import { compareServers } from "./support/compare.mjs";
import { publishRatios } from "./support/ratios.mjs";

const LIMIT = "bare";

const OURS = {
  "svc-status": { what: "`/svc_status.json` against a bare server", max: 1.4 },
  "hand-written": { what: "hand-written, without deadlines" },
};

/** With a single client, no run is shared. */
const ALONE = {
  "svc-status": { what: "the same over one connection" },
  "hand-written": { what: "hand-written, over one connection" },
};

const PEERS = {
  "under-pressure": { what: "`@fastify/under-pressure` with a `Promise.all`" },
  terminus: { what: "`@godaddy/terminus` with a `Promise.all`" },
  "health-connect": { what: "`@cloudnative/health-connect`" },
  medicus: { what: "`medicus`" },
  "nest-fastify": { what: "`@nestjs/terminus` on Fastify" },
  "nest-express": { what: "`@nestjs/terminus` on Express" },
};

publishRatios(OURS, await compareServers([LIMIT, ...Object.keys(OURS)], "trivial", { rounds: 11 }));
publishRatios(
  ALONE,
  await compareServers([LIMIT, ...Object.keys(ALONE)], "trivial", { rounds: 9, connections: 1 }),
);
publishRatios(PEERS, await compareServers([LIMIT, ...Object.keys(PEERS)], "trivial", { rounds: 5 }));

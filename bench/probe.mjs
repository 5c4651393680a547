// The cost of a response of the probe, by server.
import { compareServers } from "./support/compare.mjs";
import { publishRatios } from "./support/ratios.mjs";

const LIMIT = "bare";

// Fewer servers and more rounds, because a difference of one percent matters here.
const OURS = {
  "svc-status": { what: "`/probe_status` against a bare server", max: 1.05 },
  "svc-status-in-front": { what: "the same in front of an Express application", max: 1.05 },
  "hand-written": { what: "hand-written" },
};

const PEERS = {
  "svc-status-fastify": { what: "`svc-status/fastify`" },
  fastify: { what: "a route of Fastify" },
  "under-pressure": { what: "`@fastify/under-pressure`" },
  lightship: { what: "`lightship`" },
  terminus: { what: "`@godaddy/terminus`" },
  medicus: { what: "`medicus`" },
  "health-connect": { what: "`@cloudnative/health-connect`" },
  "nest-fastify": { what: "`@nestjs/terminus` on Fastify" },
  "svc-status-express": { what: "`svc-status/express` as a middleware of Express" },
  express: { what: "a route of Express" },
  "nest-express": { what: "`@nestjs/terminus` on Express" },
};

publishRatios(OURS, await compareServers([LIMIT, ...Object.keys(OURS)], "probe", { rounds: 15 }));
publishRatios(PEERS, await compareServers([LIMIT, ...Object.keys(PEERS)], "probe", { rounds: 5 }));

// How often handlers that take 50 ms run when requests arrive faster than that.
import { compareServers } from "./support/compare.mjs";
import { publish } from "./support/rows.mjs";

const SECONDS = 2;
const HANDLERS = 10;
const RUN_MS = 50;

const SERVERS = {
  "svc-status": { what: "runs of a handler in 50 ms", max: 1 },
  "hand-written": { what: "hand-written" },
  terminus: { what: "`@godaddy/terminus`" },
  "health-connect": { what: "`@cloudnative/health-connect`" },
  medicus: { what: "`medicus`" },
  "nest-fastify": { what: "`@nestjs/terminus` on Fastify" },
};

const measured = await compareServers(Object.keys(SERVERS), "slow", {
  rounds: 3,
  sliceMs: SECONDS * 1_000,
  warmUpMs: 200,
});
for (const [name, row] of Object.entries(SERVERS)) {
  const { runs, perSecond } = measured[name];
  const perInterval = runs.map((perThousand, round) => {
    const perHandler = perThousand / HANDLERS;
    return (perHandler * perSecond[round] * RUN_MS) / 1_000 / 1_000;
  });
  publish({ ...row, samples: perInterval, raw: { runsOfAllPer1000Requests: runs } });
}

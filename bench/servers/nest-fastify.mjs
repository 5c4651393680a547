import { FastifyAdapter } from "@nestjs/platform-fastify";
import { startNest } from "../support/nest.mjs";

export function start(checks) {
  return startNest(checks, new FastifyAdapter());
}

import { startNest } from "../support/nest.mjs";

export function start(checks) {
  return startNest(checks, undefined);
}

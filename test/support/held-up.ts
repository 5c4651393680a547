import { existsSync, readFileSync } from "node:fs";

/**
 * For how long the main threads of these processes have waited for a processor while other programs ran. Nothing in
 * them can make it shorter. Only Linux says it.
 */
export function readHeldUpMs(...pids: readonly number[]): number {
  return pids.map(readWaitedMs).reduce((sum, ms) => sum + ms, 0);
}

function readWaitedMs(pid: number): number {
  const file = `/proc/${pid}/schedstat`;
  const [, waitedNs = 0] = existsSync(file) ? readFileSync(file, "utf8").split(" ").map(Number) : [];
  return waitedNs / 1e6;
}

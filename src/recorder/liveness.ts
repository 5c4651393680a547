import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { shareAmongCopies } from "../util/copies.ts";
import type { Writer } from "./lines.ts";

/** A running process writes at least this often. */
export const HEARTBEAT_MS = 30_000;

/** A process that has not written for this long counts as dead, on any host. */
export const STALE_MS = 75_000;

/** All copies of this package in a process share one id. */
export const PROCESS_ID: string = shareAmongCopies("recorder-process", () => randomBytes(8).toString("hex"));

/** Identifies the host to other processes that share the folder. */
export const HOST: string = hostname();

/**
 * Whether a process without a recorded end still runs. On the same host, its process id decides, so that a
 * process that restarts at once continues its chain. In containers, all processes have the same id, and the
 * host name may change.
 */
export function isAlive({ id, pid, host }: Writer, modifiedAt: number): boolean {
  if (id === PROCESS_ID) return true;
  if (host === HOST && (pid === process.pid || !isRunning(pid))) return false;
  return Math.abs(Date.now() - modifiedAt) < STALE_MS;
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 only checks. Process id 0 would be this process's own group.
    return pid > 0 && process.kill(pid, 0) && !isZombie(pid);
  } catch (error) {
    return (error as { code?: unknown }).code === "EPERM";
  }
}

/** An ended process keeps its id until its parent reaps it. The first process of some containers never does that. */
function isZombie(pid: number): boolean {
  try {
    return /^.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false; // not Linux
  }
}

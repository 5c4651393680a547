import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { shareAmongCopies } from "../util/copies.ts";
import type { Writer } from "./lines.ts";

/** A running process writes at least this often. */
export const HEARTBEAT_MS = 30_000;

/** A process that has written nothing for this long is dead, wherever it ran. */
export const STALE_MS = 75_000;

/** Copies of this package in one process are one process. */
export const PROCESS_ID: string = shareAmongCopies("recorder-process", () => randomBytes(8).toString("hex"));

/** How the process is known to others that share the folder. */
export const HOST: string = hostname();

/**
 * Whether a process that has not said that it ended still runs. On the same host its number decides, so that a process
 * that is restarted at once continues. In containers everybody has the same number, and the host's name may be new.
 */
export function isAlive({ id, pid, host }: Writer, modifiedAt: number): boolean {
  if (id === PROCESS_ID) return true;
  if (host === HOST && (pid === process.pid || !isRunning(pid))) return false;
  return Math.abs(Date.now() - modifiedAt) < STALE_MS;
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 only checks, and number 0 would be the own process group.
    return pid > 0 && process.kill(pid, 0) && !isZombie(pid);
  } catch (error) {
    return (error as { code?: unknown }).code === "EPERM";
  }
}

/** A process that has ended keeps its number until its parent takes notice, which some containers' first process never does. */
function isZombie(pid: number): boolean {
  try {
    return /^.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false; // not Linux
  }
}

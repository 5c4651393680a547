import { readdirSync, readFileSync } from "node:fs";

/** Sends a signal to a process and to all that it has started. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  for (const each of findTree(pid)) {
    try {
      process.kill(each, signal);
    } catch {
      // It has ended by itself.
    }
  }
}

/** Whether none of them runs any more: `T`, or `Z` for what has ended. */
export function isTreeStopped(pid: number): boolean {
  return findTree(pid).every((each) => {
    try {
      return "TZ".includes(readStat(each)[0] ?? "");
    } catch {
      return true;
    }
  });
}

/** A process, its children, their children: the parents first. */
export function findTree(pid: number): number[] {
  const parents = readParents();
  const tree = [pid];
  for (const member of tree) {
    for (const [child, parent] of parents) if (parent === member) tree.push(child);
  }
  return tree;
}

/** The parent of each process. */
function readParents(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      parents.set(Number(name), Number(readStat(Number(name))[1]));
    } catch {
      // It has ended by itself.
    }
  }
  return parents;
}

/** `123 (a name) S 1 …`, from the state on. */
function readStat(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
}

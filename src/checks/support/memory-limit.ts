import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";

/** How much memory this process may use before it is killed. */
export interface MemoryLimit {
  readonly bytes: number;
  /** `container`: a control group's limit. `host`: there is none, so all that the machine has. */
  readonly of: "container" | "host";
}

interface Hierarchy {
  readonly mount: string;
  readonly file: string;
}

const V2: readonly Hierarchy[] = [
  { mount: "sys/fs/cgroup", file: "memory.max" },
  { mount: "sys/fs/cgroup/unified", file: "memory.max" },
];
const V1: readonly Hierarchy[] = [{ mount: "sys/fs/cgroup/memory", file: "memory.limit_in_bytes" }];

/**
 * The smallest limit of the control groups, version 2 or 1, that the process is in, or the machine's memory where
 * that is less. Read anew each time: a limit can be changed while the process runs.
 *
 * @param root Another file system's root, for tests.
 */
export function readMemoryLimit(root = "/", hostBytes: number = totalmem()): MemoryLimit {
  const limits = (readText(join(root, "proc/self/cgroup")) ?? "").split("\n").flatMap((line) => {
    const [, controllers, ...path] = line.split(":");
    const group = path.join(":");
    if (controllers === "") return V2.flatMap((hierarchy) => readLimits(root, hierarchy, group));
    if (controllers?.split(",").includes("memory"))
      return V1.flatMap((hierarchy) => readLimits(root, hierarchy, group));
    return [];
  });
  const bytes = Math.min(...limits);
  return bytes < hostBytes ? { bytes, of: "container" } : { bytes: hostBytes, of: "host" };
}

/**
 * The limits of a group and of all above it. Inside a container the path may be the host's, which is not there: then
 * only the root of what is mounted is left, and that is the container's own group.
 */
function readLimits(root: string, { mount, file }: Hierarchy, group: string): number[] {
  const limits: number[] = [];
  for (let path = join("/", group); ; path = dirname(path)) {
    const limit = Number(readText(join(root, mount, path, file))?.trim() || Number.NaN);
    if (limit > 0) limits.push(limit); // "max" is not a number
    if (path === "/") return limits;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // not Linux, or no such hierarchy
  }
}

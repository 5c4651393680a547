import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";

/** How much memory this process may use before the kernel kills it. */
export interface MemoryLimit {
  readonly bytes: number;
  /**
   * `container`: the limit of a control group. `host`: there is no such limit, so all memory of the machine counts.
   */
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
 * The lowest limit of the control groups (version 2 or 1) of this process, or the machine's memory if that is
 * lower. Reads it on each call, because a limit can change while the process runs.
 *
 * @param root Root of another file system, for tests.
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
 * The limits of a group and of all groups above it. Inside a container, the path may be that of the host,
 * which does not exist there. Then only the root of the mounted hierarchy remains, and that is the
 * container's own group.
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

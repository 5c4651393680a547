import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { memory } from "../../src/checks/memory.ts";
import { readMemoryLimit } from "../../src/checks/support/memory-limit.ts";
import { describeCheck } from "../contract/check.ts";

const lenient = { warnUsedRatio: 1, maxUsedRatio: 1, warnHeapRatio: 1, maxHeapRatio: 1 };

describeCheck({
  name: "memory",
  well: () => ({ handler: memory(lenient) }),
  broken: {
    "memory ": () => ({ handler: memory({ ...lenient, maxUsedRatio: 0 }) }),
  },
  worrying: {
    "(YELLOW from 0.0 %, RED from 100.0 %)": () => ({ handler: memory({ ...lenient, warnHeapRatio: 0 }) }),
  },
  mistakes: {
    "maxUsedRatio: expected a number from 0 to 1, got 80": () => memory({ maxUsedRatio: 80 }),
    'options: unknown option "limit"': () => memory({ limit: 1 } as object),
  },
});

describe("the memory limit", () => {
  const roots: string[] = [];

  afterAll(() => {
    for (const root of roots) rmSync(root, { recursive: true });
  });

  /** A file system with these files. */
  function createRoot(files: Record<string, string>): string {
    const root = mkdtempSync(join(tmpdir(), "svc-status-"));
    roots.push(root);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return root;
  }

  test.each<[string, Record<string, string>, number, "container" | "host"]>([
    [
      "is the container's own, version 2",
      { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1000\n" },
      1_000,
      "container",
    ],
    [
      "is the smallest of the group and those above it",
      {
        "proc/self/cgroup": "0::/kube/pod/main\n",
        "sys/fs/cgroup/kube/pod/main/memory.max": "max\n",
        "sys/fs/cgroup/kube/pod/memory.max": "2000\n",
        "sys/fs/cgroup/kube/memory.max": "3000\n",
      },
      2_000,
      "container",
    ],
    [
      "is that of version 1",
      {
        "proc/self/cgroup": "5:cpu,cpuacct:/a\n4:hugetlb,memory:/a:b\n0::/\n",
        "sys/fs/cgroup/memory/a:b/memory.limit_in_bytes": "1000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      },
      1_000,
      "container",
    ],
    [
      "is found where the path is that of the host",
      {
        "proc/self/cgroup": "4:memory:/docker/0123\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "1000\n",
      },
      1_000,
      "container",
    ],
    [
      "is the host's memory without a limit",
      { "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n" },
      8_000,
      "host",
    ],
    [
      "is the host's memory where the limit is larger",
      { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "9000\n" },
      8_000,
      "host",
    ],
    ["is the host's memory on other systems", {}, 8_000, "host"],
  ])("%s", (_name, files, bytes, of) => {
    expect(readMemoryLimit(createRoot(files), 8_000)).toEqual({ bytes, of });
  });
});

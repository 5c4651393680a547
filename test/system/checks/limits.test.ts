import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { disk } from "../../../src/checks/disk.ts";
import { ask } from "../../contract/check.ts";
import { nodeOfMajor } from "../../support/node-versions.ts";
import { run } from "../../support/run.ts";

/** Why a file system of its own cannot be had here; undefined when it can. */
function objectionToMount(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  try {
    mount(folder);
    execFileSync("umount", [folder]);
    return undefined;
  } catch {
    return "this machine lets nobody mount a tmpfs";
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function mount(folder: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,nr_inodes=100", "tmpfs", folder], { stdio: "pipe" });
}

interface Group {
  readonly path: string;
  readonly limitFile: string;
}

/** Where a control group of our own can be, below the one that we are in; a reason where that is forbidden. */
function findGroup(): Group | string {
  const lines = readIfThere("/proc/self/cgroup").split("\n");
  const v1 = lines.find((line) => line.split(":")[1]?.split(",").includes("memory"));
  const v2 = lines.find((line) => line.startsWith("0::"));
  const [line, mountPoint, limitFile] =
    v1 === undefined
      ? [v2, "/sys/fs/cgroup", "memory.max"]
      : [v1, "/sys/fs/cgroup/memory", "memory.limit_in_bytes"];
  const own = line?.split(":").slice(2).join(":");
  if (own === undefined) return "this system has no control groups";
  const path = join(mountPoint, own, `svc-status-${process.pid}`);
  try {
    mkdirSync(path);
  } catch {
    return "this machine lets nobody make a control group";
  }
  const isLimitable = existsSync(join(path, limitFile));
  rmdirSync(path);
  return isLimitable ? { path, limitFile } : "the memory of control groups cannot be limited here";
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

const LIMIT = 512 * 1_024 ** 2;

const ASK_MEMORY = `
import { memory } from ${JSON.stringify(new URL("../../../src/checks/memory.ts", import.meta.url))};
console.log(JSON.stringify(memory()()));
const full = memory({ maxUsedRatio: 0.1 });
const kept = Buffer.alloc(${LIMIT / 4}, 1);
console.log(JSON.stringify(full()), kept.length > 0);
`;

function describeUnless(objection: string | undefined, name: string, suite: () => void): void {
  if (objection === undefined) describe(name, suite);
  else describe.skip(`${name} (${objection})`, suite);
}

describeUnless(objectionToMount(), "disk, on a real file system of 1 MiB", () => {
  function mountHere(): string {
    const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
    mount(folder);
    onTestFinished(() => {
      execFileSync("umount", [folder]);
      rmSync(folder, { recursive: true });
    });
    return folder;
  }

  test("is OK when empty, YELLOW when it fills up, RED when it is full", async () => {
    const folder = mountHere();
    const check = disk(folder);
    const states = [];
    for (const kilobytes of [0, 900, 100]) {
      writeFileSync(join(folder, `${kilobytes}`), Buffer.alloc(kilobytes * 1_024));
      const { status } = await ask(check);
      states.push(`${status.state} ${status.detail?.split(",")[0]}`);
    }
    expect(states).toEqual([
      "OK free 1.0 MiB of 1.0 MiB",
      "YELLOW free 124.0 KiB of 1.0 MiB",
      "RED free 24.0 KiB of 1.0 MiB",
    ]);
  });

  test("is RED when the inodes are used up", async () => {
    const folder = mountHere();
    for (let file = 0; file < 97; file += 1) writeFileSync(join(folder, String(file)), "");
    const { status } = await ask(disk(folder));
    expect(status).toMatchObject({ state: "RED", labels: { free_inodes: 2 } });
  });
});

const group = findGroup();

describeUnless(
  typeof group === "string" ? group : undefined,
  "memory, in a real control group of 512 MiB",
  () => {
    test("is held against the group's limit, not against the host's memory", async () => {
      const { path, limitFile } = group as Group;
      mkdirSync(path);
      onTestFinished(() => rmdirSync(path));
      writeFileSync(join(path, limitFile), String(LIMIT));
      // The shell enters the group and becomes Node.js there.
      const script = `echo $$ > "$0/cgroup.procs" && exec "$1" --no-warnings --input-type=module --eval "$2"`;
      const node = await nodeOfMajor(24); // reads TypeScript
      const { stdout, stderr } = await run("sh", ["-c", script, path, node, ASK_MEMORY], tmpdir());
      expect(stderr).toBe("");
      const [first = "", second = ""] = stdout.split("\n");
      expect(JSON.parse(first)).toMatchObject({
        state: "OK",
        detail: expect.stringContaining("of the container's 512.0 MiB"),
        labels: { limit_bytes: LIMIT, heap_limit_bytes: expect.any(Number) },
      });
      expect(JSON.parse(first).labels.heap_limit_bytes).toBeLessThanOrEqual(LIMIT);
      expect(JSON.parse(second.replace(/ true$/, ""))).toMatchObject({ state: "RED" });
    });
  },
);

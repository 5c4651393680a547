import { execFileSync } from "node:child_process";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";

const GIBIBYTE = 2 ** 30;

/** The facts needed to interpret the figures. Nothing identifies the machine. */
export function describeMachine() {
  return {
    node: process.version,
    system: `${platform()} ${release().replace(/[^\d.].*$/, "")}`,
    processors: `${cpus().length} × ${cpus()[0]?.model.trim() || "unknown"}`,
    memoryGiB: Math.round(totalmem() / GIBIBYTE),
    loadBefore: Number(loadavg()[0].toFixed(2)),
    commit: readCommit(),
    at: new Date().toISOString().slice(0, 10),
  };
}

/** Without a repository, such as in a source archive, the commit is unknown. */
function readCommit() {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: join(import.meta.dirname, ".."),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}

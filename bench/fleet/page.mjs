import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const bin = new URL("../../dist/cli/bin.js", import.meta.url).pathname;

/** Starts `svc-status fleet serve`. */
export async function startPage(prometheus, refreshMs) {
  const args = ["fleet", "serve", "--port", "0", "--refresh", `${refreshMs}ms`, "--prometheus", prometheus];
  const child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface(child.stdout), "line");
  const [url] = /http:\S+/.exec(line);
  return {
    url,
    /** Requests the page, and returns the time until it is complete. */
    async measureMs() {
      const startedAt = performance.now();
      const text = await (await fetch(url)).text();
      const ms = performance.now() - startedAt;
      if (!text.includes("service-90") || !text.includes("because")) throw new Error("the page has no fleet");
      return ms;
    },
    /** The most memory that the process has had. */
    readMaxMb() {
      const [, kib] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
      return (Number(kib) * 1_024) / 1_000_000;
    },
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

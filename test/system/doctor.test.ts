import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { correct } from "../../src/cli/doctor/correct.ts";
import type { Declared } from "../../src/cli/doctor/numbers.ts";
import { renderHaproxy } from "../../src/cli/doctor/settings/haproxy.ts";
import { renderNginx } from "../../src/cli/doctor/settings/nginx.ts";
import { findFreePort } from "../support/free-port.ts";
import { run } from "../support/run.ts";
import { describeWithProgram, findProgram } from "../support/system.ts";

const CASES: readonly (readonly [string, Declared])[] = [
  ["nothing said", {}],
  [
    "milliseconds",
    { probeIntervalMs: 333, probeTimeoutMs: 7_777, balancerIdleMs: 1_234, longestRequestMs: 99_999 },
  ],
  [
    "hours",
    { longestRequestMs: 7_200_000, balancerIdleMs: 3_600_000, capMs: 3_600_000, probeIntervalMs: 600_000 },
  ],
  ["many instances", { instances: 1_000, fall: 1_000, rise: 1_000, capMs: 2_000_000 }],
  ["the least", { probeIntervalMs: 1, probeTimeoutMs: 1, balancerIdleMs: 0, longestRequestMs: 0, fall: 1 }],
];

async function writeConfig(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-doctor-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "config");
  await writeFile(file, text);
  return file;
}

describeWithProgram(["haproxy"], "HAProxy", () => {
  test.each(CASES)("takes the settings of the doctor: %s", async (_what, declared) => {
    const file = await writeConfig(renderHaproxy(correct(declared, "haproxy")));
    const { code, stdout, stderr } = await run(findProgram("haproxy") ?? "", ["-c", "-f", file], tmpdir());
    expect(stdout + stderr).not.toMatch(/warning|alert/i);
    expect(code).toBe(0);
  });
});

describeWithProgram(["nginx"], "nginx", () => {
  test.each(CASES)("takes the settings of the doctor: %s", async (_what, declared) => {
    const text = `pid nginx.pid;\n${renderNginx(correct(declared, "nginx"))}`;
    const file = await writeConfig(text.replace("listen 80;", `listen 127.0.0.1:${await findFreePort()};`));
    const args = ["-t", "-c", file, "-p", join(file, ".."), "-e", "stderr"];
    const { code, stderr } = await run(findProgram("nginx") ?? "", args, tmpdir());
    expect({ code, stderr: stderr.replace(/^nginx: /gm, "") }).toMatchObject({ code: 0 });
    expect(stderr).not.toMatch(/\[(?:warn|emerg)\]/);
  });
});

import { spawn } from "node:child_process";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { exposeStatus } from "../../src/metrics/prom-client.ts";
import { createAsk } from "../../src/testing/ask.ts";
import { describeWithProgram } from "../support/system.ts";

const PROMTOOL = "promtool";

function createRegistry(): StatusRegistry {
  const registry = createStatusRegistry();
  registry.addStatusHandler("Database", () => ({ state: "OK", labels: { connections: 7 } }));
  registry.addStatusHandler('C:\\queue "x"', () => ({ state: "RED", labels: { 'a"b\\\n{}': Number.NaN } }), {
    upstream: 'sh"op\\ {x="y"} # \u202e',
    dependsOn: ['D:\\ "y"'],
  });
  registry.addStatusHandler('D:\\ "y"', () => ({ state: "RED" }));
  return registry;
}

/** What `promtool check metrics` finds wrong; it says so on either output. */
function promtool(metrics: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(PROMTOOL, ["check", "metrics"]);
    let text = "";
    for (const output of [child.stdout, child.stderr]) output.on("data", (chunk) => (text += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0 ? text : `${text}exit ${code}`));
    child.stdin.end(metrics);
  });
}

describeWithProgram([PROMTOOL], PROMTOOL, () => {
  test("has nothing against the extended families", async () => {
    const service = { name: 'or"ders\\', version: "1.0 # {}" };
    const svcStatus = { prometheus: { extended: true } };
    const { body } = await createAsk({ registry: createRegistry(), service, svcStatus })(
      "/svc_status.prometheus",
    );
    for (const family of ["info", "cause", "upstream", "label"])
      expect(body).toContain(`svc_status_${family}{`);
    expect(body).toContain("svc_status_changes_total{");
    expect(await promtool(body)).toBe("");
  });

  test("has nothing against them behind an application's metrics, in which they stand again", async () => {
    const registry = createRegistry();
    const metrics = new Registry();
    exposeStatus(metrics, registry);
    const ask = createAsk({ registry, svcStatus: { prometheus: { extended: true, metrics } } });
    expect(await promtool((await ask("/svc_status.prometheus")).body)).toBe("");
  });

  test("has nothing against what prom-client shows", async () => {
    const metrics = new Registry();
    exposeStatus(metrics, createRegistry());
    expect(await promtool(await metrics.metrics())).toBe("");
  });

  test("would have something against a family that stands twice", async () => {
    const metrics = new Registry();
    exposeStatus(metrics, createRegistry());
    const text = await metrics.metrics();
    expect(await promtool(text + text)).not.toBe("");
  });
});

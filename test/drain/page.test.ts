import { join } from "node:path";
import { expect, test } from "vitest";
import { openEvents } from "../support/event-stream.ts";
import { run } from "../support/run.ts";
import { startService } from "../support/service-process.ts";

const root = join(import.meta.dirname, "../..");

/** Somebody looks at the page of this program itself, while it closes its server. */
const PROGRAM = `
import { createServer } from "node:http";
import { addStatusHandler } from "svc-status";
import { serviceStatus } from "svc-status/node";

addStatusHandler("A", () => ({ state: "OK" }));
const server = createServer(serviceStatus()).listen(0, "127.0.0.1", async () => {
  const { body } = await fetch(\`http://127.0.0.1:\${server.address().port}/svc_status.events\`);
  const reader = body.getReader();
  await reader.read();
  server.close(() => console.log("closed"));
  for (let piece = await reader.read(); !piece.done; piece = await reader.read());
});
process.on("exit", () => console.log("over"));
`;

test("a process that closes its server ends, whoever looks at its page", { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", PROGRAM], root);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "closed\nover\n", stderr: "" });
});

test("a process that drains shows it on an open page, and then ends as ever", {
  timeout: 60_000,
}, async () => {
  const service = await startService({ drain: { fixedMs: 1_000, closeTimeoutMs: 30_000 } });
  const streams = await Promise.all([openEvents(service.port), openEvents(service.port)]);
  await Promise.all(streams.map((stream) => stream.waitFor("In service")));
  service.kill("SIGTERM");
  await Promise.all(streams.map((stream) => stream.waitFor("<strong>Draining</strong> (SIGTERM)")));
  expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual([true, true]);
  expect(await service.exit).toEqual({ code: null, signal: "SIGTERM" });
  const [report] = service.lines.filter((line) => line.includes("SVC020 drained in"));
  expect(report).toMatch(/drained in [1-9]\.\d s: no probers seen, no requests seen, 0 requests cut/);
});

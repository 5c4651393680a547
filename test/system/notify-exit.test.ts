import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");

/** A receiver in the program itself, which answers 500 and then closes, so that only the retry is left. */
const PROGRAM = `
import { createServer } from "node:http";
import { createStatusRegistry } from "svc-status";
import { notify } from "svc-status/notify";

const warn = (line) => console.log(line.replace(/.*: /, ""));
const registry = createStatusRegistry({ logger: { info() {}, warn, error() {} } });
registry.addStatusHandler("Queue", () => ({ state: "RED" }));
const server = createServer((request, response) => {
  response.writeHead(500, { Connection: "close" }).end();
  server.close();
}).listen(0, "127.0.0.1", () => {
  notify(registry, { url: \`http://127.0.0.1:\${server.address().port}/\`, repeatMs: 3_600_000 });
  registry.getReport();
});
process.on("exit", () => console.log("over after", Math.floor(performance.now() / 60_000), "min"));
`;

test("a process with nothing else to do ends, whatever notifications are still to be tried or repeated", async () => {
  const { code, stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", PROGRAM], root);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe("answered 500\nover after 0 min\n");
});

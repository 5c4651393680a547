// How long `svc-status show` takes to start, request and answer, compared with `node -e ""` and one `fetch`.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { publish } from "./support/rows.mjs";

const ROUNDS = 20;
const BIN = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));

/** The service runs in a separate thread, because this one waits for the clients. */
const SERVICE = `
  import { createServer } from "node:http";
  import { parentPort } from "node:worker_threads";
  const server = createServer((request, response) => response.end('{"Database":{"state":"OK"}}'));
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

function measureMs(args) {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} failed: ${stderr}`);
  return performance.now() - startedAt;
}

const service = new Worker(new URL(`data:text/javascript,${encodeURIComponent(SERVICE)}`));
const [port] = await once(service, "message");
const url = `http://127.0.0.1:${port}`;
const EMPTY = ["-e", ""];
const FETCH = ["-e", `fetch("${url}/svc_status.json").then((response) => response.text())`];
const SHOW = [BIN, "show", url];

const samples = { ratio: [], beyondMs: [] };
for (let round = 0; round < ROUNDS; round += 1) {
  const [emptyMs, fetchMs, showMs] = [EMPTY, FETCH, SHOW].map(measureMs);
  samples.ratio.push(showMs / fetchMs);
  samples.beyondMs.push(showMs - emptyMs);
}
await service.terminate();

publish({
  what: "svc-status show against an empty program with one fetch",
  samples: samples.ratio,
  unit: " ×",
  max: 1.5,
});
publish({ what: "svc-status show beyond an empty program", samples: samples.beyondMs, unit: " ms" });

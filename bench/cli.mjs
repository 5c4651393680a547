// How long `svc-status show` takes to start, ask and answer, beside `node -e ""` and one `fetch`: node bench/cli.mjs [runs]
// The limit is 1.5 times what the two take together; over it the exit status is 1.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

const RUNS = Number(process.argv[2] ?? 20);
const LIMIT = 1.5;
const BIN = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));

/** Its own thread, because this one waits for the programs that ask. */
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

function toMedian(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

const service = new Worker(new URL(`data:text/javascript,${encodeURIComponent(SERVICE)}`));
const [port] = await once(service, "message");
const url = `http://127.0.0.1:${port}`;
const programs = {
  'node -e ""': ["-e", ""],
  "node -e with one fetch": ["-e", `fetch("${url}/svc_status.json").then((response) => response.text())`],
  "svc-status show": [BIN, "show", url],
};

const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
// In turn, so that a busy moment of the machine hits all of them.
for (let run = 0; run < RUNS; run += 1) {
  for (const [name, args] of Object.entries(programs)) times[name].push(measureMs(args));
}
await service.terminate();

console.log(`Node ${process.version}, the median of ${RUNS} runs`);
const medians = Object.entries(times).map(([name, all]) => [name, toMedian(all)]);
for (const [name, median] of medians) console.log(`${name}: ${median.toFixed(0)} ms`);
const [[, empty], [, fetching], [, show]] = medians;
const ratio = show / fetching;
console.log(
  `show / (node -e "" and one fetch): ${ratio.toFixed(2)}, at most ${LIMIT}; beyond an empty program: ${(show - empty).toFixed(0)} ms`,
);
if (ratio > LIMIT) process.exitCode = 1;

// Renders docs/benchmarks.md from the results.
import { toCells } from "./rows.mjs";

const HEAD = ["what", "goal", "measured", "spread", ""];

const INTRODUCTION = `# Benchmarks

This page compares the cost of svc-status with that of similar libraries. \`npm run bench\` generates this page and the raw figures, [bench/results.json](../bench/results.json), on your machine in less than ten minutes.

Compared programs are measured in turn (A B A B), each server in its own process. The tables show the median of the rounds and their middle half. Most figures are ratios, because ratios are nearly the same on every machine: \`×\` is the multiple of the CPU time, or the time, of the program after "against". The CPU time of a server is that of its whole process, per request, under 50 kept-alive connections.
`;

/** Notes on benchmarks that are not obvious. */
const EXPLANATIONS = {
  probe: `The bare server is \`node:http\` with a constant body and the same headers as ours. The hand-written one also checks the path.`,
  report: `Ten handlers that resolve at once, asynchronously, as OK. The bare server answers the same bytes without handlers. If a library leaves the checks to the application, as \`@godaddy/terminus\` and \`@fastify/under-pressure\` do, a \`Promise.all\` runs them: without deadlines, and one failure hides the others. \`@nestjs/terminus\` has deadlines, as svc-status does. In svc-status, requests that are pending at the same time share one report; over one connection each has its own.`,
  shared: `Ten handlers of 50 ms each, 50 connections: how often the handlers run. Requests that arrive while a handler runs share its result.`,
  hung: `One handler that never settles, and 10,000 requests.`,
  render: `A report as text. The plain join escapes and formats each sample again. Each round creates new reports, as requests do.`,
  redact: `An error as the one line that may be shown, without the secrets in it. Hostile texts begin secrets again and again.`,
  import: `\`import "svc-status"\` and \`"svc-status/node"\`, compared with a process that imports only \`node:http\`. Node.js 20 and 22 need about 4 ms of it to prepare for the first CommonJS package that an ES module imports. New objects have 16 MiB, so that no collection takes place meanwhile.`,
  entries: `The files that importing an entry loads, without other entries.`,
  install: `The files that \`npm install svc-status\` puts on the disk.`,
  cli: `The command line starts, reads the status of a service on this machine, and shows it.`,
  sustained: `5,000 requests a second for 60 s, while a handler changes its state every second. Times count from the moment when a request was due.`,
  background: `10,000 handlers that run every 10 s in the background.`,
  recorder: `A recording of 1,000,000 changes of 100 handlers over 30 days, read by a process that starts, and through \`svc-status/recorder\`. Its files are larger than the default maximum of 10 MB. The share of a core is the CPU time of a process that changes 1,000 states a second with a recorder, minus that of one without a recorder.`,
  page: `Every handler has an interval, and its page one reader. A change waits for the next update, after which the handlers' results are read again; the time without changes is subtracted. Unchanged rows are not rendered or sent, but read and compared. Each minute, a reader reconnects and receives the whole page. In Chromium, all 40 handlers change at once, with up to 100 changes in each row, five times a second. The page shows such an update in several frames. A frame lasts from its first script to the end of its layout and paint.`,
  rules: `The rules of \`svc-status fleet rules\`, evaluated by Debian's Prometheus over the samples of 10,000 instances of 10 handlers each, of which a tenth is \`RED\`.`,
  fleet: `The page of \`svc-status fleet serve\`, from Debian's Prometheus, which evaluates the rules every 10 s: 100 services with 10 handlers for each instance, of which a tenth is \`RED\`, with a recorded day. The first page is that of a process that has just started. Every refresh queries Prometheus again. One process answers for the instances that are scraped.`,
  leaving: `One of two services is restarted behind a load balancer, and one of two workers of a queue, with each library. [Leaving](leaving.md#measurements) explains the rows, and why some cannot be 0. Each runs once. A failure is a request that was lost, reset or cut, or a stream that was cut, sent back to the process that leaves, or could not reconnect at once.`,
  busy: `The probe, requested every 100 ms over a new connection with a timeout of 1 s, while the main thread is blocked. A probe is lost if it is not answered with 200 in time.`,
  soak: `20 readers of the page's events and five of the sentinel's, ten handlers that flap, hang and throw, and each format and probe in turn at 300 requests a second. The heap is that of the main thread after a collection. "At the beginning" is minutes 2 to 4 of 15, "at the end" the last three; a shorter run has shorter parts.`,
};

export function renderPage(results) {
  const parts = Object.entries(results).map(([name, { rows }]) => renderPart(name, rows));
  return `${INTRODUCTION}\n${renderMachines(results)}\n${parts.join("\n")}`;
}

/** One line if all benchmarks ran on the same machine and commit. */
function renderMachines(results) {
  const names = new Map();
  for (const [name, { machine }] of Object.entries(results)) {
    const line = toMachineLine(machine);
    names.set(line, [...(names.get(line) ?? []), name]);
  }
  if (names.size === 1) return `${[...names.keys()][0]}\n`;
  return Array.from(names, ([line, measured]) => `- ${measured.join(", ")}: ${line}\n`).join("");
}

function toMachineLine({ node, system, processors, memoryGiB, commit, at }) {
  return `Measured on ${at} with Node.js ${node} on ${system}, ${processors}, ${memoryGiB} GiB, at commit ${commit}.`;
}

function renderPart(name, rows) {
  const explanation = EXPLANATIONS[name];
  const lines = rows.map((row) => {
    const { goal, measured, spread, verdict } = toCells(row);
    return [row.what, goal, measured, spread, verdict];
  });
  return [`## ${name}\n`, ...(explanation ? [`${explanation}\n`] : []), renderTable([HEAD, ...lines])].join(
    "\n",
  );
}

/** With columns of equal width, like the formatter. */
export function renderTable(rows) {
  const widths = rows[0].map((_cell, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])));
  const [head, ...body] = [lines[0], widths.map((width) => "-".repeat(width)), ...lines.slice(1)];
  return [head, ...body].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

// docs/benchmarks.md from the results.
import { toCells } from "./rows.mjs";

const HEAD = ["what", "goal", "measured", "spread", ""];

const INTRODUCTION = `# Benchmarks

What svc-status costs, and what its peers cost. \`npm run bench\` makes this page and the raw figures, [bench/results.json](../bench/results.json): on your machine in less than ten minutes.

What is compared is measured in turn (A B A B), each server in a process of its own. Shown are the median of the rounds and their middle half. Most figures are ratios, because they are nearly the same on every machine: \`×\` says how often as much CPU time, or time, as what stands behind "against". The CPU time of a server is that of its whole process, per request, under 50 kept connections.
`;

/** What is not obvious about a benchmark. */
const EXPLANATIONS = {
  probe: `The bare server is \`node:http\` with a constant body and the same headers as ours. The hand-written one looks at the path, too.`,
  report: `Ten handlers that are healthy at once, asynchronously. The bare server answers the same bytes and asks nobody. Where a peer leaves the asking to the application, as \`@godaddy/terminus\` and \`@fastify/under-pressure\` do, a \`Promise.all\` asks: no deadlines, and one failure hides the others. \`@nestjs/terminus\` has deadlines, as ours. Requests that lie ready at the same time share one report of ours; over one connection each has its own.`,
  shared: `Ten handlers of 50 ms each, 50 connections: how often they are run. Requests that come while a handler runs share its answer.`,
  hung: `One handler that never settles, and 10,000 requests.`,
  render: `A report as text. The plain join escapes and formats each sample anew. Reports are made anew in each round, as requests make them.`,
  import: `\`import "svc-status"\` and \`"svc-status/node"\`, over a process that imports \`node:http\` alone. Node.js 20 and 22 need about 4 ms of it to prepare for the first CommonJS package that an ES module imports.`,
  entries: `What importing an entry loads, alone.`,
  install: `What \`npm install svc-status\` puts on the disk.`,
  cli: `The command line starts, asks a service on this machine and shows its status.`,
  sustained: `5,000 requests a second for 60 s, while a handler changes its state every second. Times count from when a request was due.`,
  background: `10,000 handlers that are asked every 10 s in the background.`,
  busy: `The probe, asked every 100 ms over a new connection with a time-out of 1 s, while the main thread is blocked. Lost is what was not answered with 200 in time.`,
};

export function renderPage(results) {
  const parts = Object.entries(results).map(([name, { rows }]) => renderPart(name, rows));
  return `${INTRODUCTION}\n${renderMachines(results)}\n${parts.join("\n")}`;
}

/** One line where all were measured alike. */
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

/** With columns of one width, as the formatter wants them. */
function renderTable(rows) {
  const widths = rows[0].map((_cell, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])));
  const [head, ...body] = [lines[0], widths.map((width) => "-".repeat(width)), ...lines.slice(1)];
  return [head, ...body].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

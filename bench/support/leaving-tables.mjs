// Renders the tables of docs/leaving.md from the results of leaving.mjs, and from nothing else.
import { renderTable } from "./page.mjs";

const BROKER_NAMES = { bullmq: "BullMQ", amqp: "RabbitMQ" };
const STREAM_NAMES = { events: "event streams", sockets: "WebSockets" };

const NOT_MEASURED =
  "Not measured yet. `npm run bench -- --write leaving` measures, and writes this table.\n";

/** Replaces the tables of the page. */
export function renderLeaving(page, { leaving }) {
  const rows = (leaving?.rows ?? []).filter(({ result }) => result !== undefined);
  const results = rows.map(({ result }) => result);
  const isMeasured = rows.length > 0;
  const tables = {
    kinds: isMeasured ? renderKinds(results) : NOT_MEASURED,
    balancers: isMeasured ? `${renderSettings(results)}${renderReasons(rows)}` : NOT_MEASURED,
  };
  return Object.entries(tables).reduce((text, [mark, table]) => replace(text, mark, table), page);
}

function replace(text, mark, table) {
  const pattern = new RegExp(`(<!-- measured: ${mark} -->\\n)[^]*?(<!-- end -->)`);
  if (!pattern.test(text)) throw new Error(`docs/leaving.md has no mark for ${mark}`);
  return text.replace(pattern, (_all, begin, end) => `${begin}\n${table}\n${end}`);
}

/** By kind of connection and job, over all balancers. */
function renderKinds(results) {
  const libraries = toLibraries(results);
  const toRow = (name, toCell) => [
    name,
    ...libraries.map((library) => toCell(results.filter((result) => result.library === library))),
  ];
  const kinds = Object.keys(results.find(({ outcomes }) => outcomes !== undefined)?.outcomes ?? {});
  const streams = results.some(({ outcomes }) => outcomes !== undefined) ? STREAM_NAMES : {};
  const brokers = Object.entries(BROKER_NAMES).filter(([broker]) =>
    results.some(({ setting }) => setting === broker),
  );
  return renderTable([
    ["lost or cut", ...libraries.map(toCode)],
    ...kinds.map((kind) => toRow(kind, (own) => toFailed(own, kind))),
    ...Object.entries(streams).flatMap(([kind, name]) => [
      toRow(`${name}, cut`, (own) => toBroken(own, kind, ["cut", "half"])),
      toRow(`${name}, sent back to the process that leaves`, (own) => toBroken(own, kind, ["back"])),
      toRow(`${name}, could not reconnect at once`, (own) => toBroken(own, kind, ["lost"])),
    ]),
    ...brokers.flatMap(([broker, name]) => [
      toRow(`${name} jobs, lost`, (own) => toJobs(own, broker, "lost")),
      toRow(`${name} jobs, run twice`, (own) => toJobs(own, broker, "twice")),
      toRow(`${name} jobs, taken after SIGTERM`, (own) => toJobs(own, broker, "taken")),
    ]),
    toRow("longest time from the last response or job to the exit", toLongestIdle),
  ]);
}

const toLibraries = (results) => [...new Set(results.map(({ library }) => library))];
const toCode = (name) => `\`${name}\``;
const toCount = (count) => count.toLocaleString("en-US");
const toSeconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function toFailed(results, kind) {
  const counts = results.flatMap(({ outcomes }) => (outcomes === undefined ? [] : [outcomes[kind]]));
  const failed = sum(counts.map(({ lost, reset, cut }) => lost + reset + cut));
  return `${toCount(failed)} of ${toCount(failed + sum(counts.map(({ ok }) => ok)))}`;
}

function toBroken(results, kind, names) {
  const counts = results.flatMap(({ streams }) => (streams === undefined ? [] : [streams[kind]]));
  const broken = sum(counts.flatMap((count) => names.map((name) => count[name])));
  return `${toCount(broken)} of ${toCount(sum(counts.map(({ ended, cut }) => ended + cut)))}`;
}

function toJobs(results, broker, name) {
  const result = results.find(({ setting }) => setting === broker);
  return result === undefined ? "" : `${toCount(result[name])} of ${toCount(result.jobs)}`;
}

function toLongestIdle(results) {
  return results.length === 0 ? "" : toSeconds(Math.max(...results.map(({ idleMs }) => idleMs)));
}

/** By balancer: requests, streams, and the time until the process ended. */
function renderSettings(results) {
  const libraries = toLibraries(results);
  const settings = [...new Set(results.map(({ setting }) => setting))];
  const rows = settings.map((setting) => [
    BROKER_NAMES[setting] === undefined ? setting : `${BROKER_NAMES[setting]} worker`,
    ...libraries.map((library) =>
      toCell(results.find((result) => result.setting === setting && result.library === library)),
    ),
  ]);
  return renderTable([["behind", ...libraries.map(toCode)], ...rows]);
}

function toCell(result) {
  if (result === undefined) return "";
  const { jobs, lost, twice, taken, outcomes, streams, exitMs } = result;
  if (jobs !== undefined) return `${lost} / ${twice} / ${taken}, ${toSeconds(exitMs)}`;
  const failed = sum(Object.values(outcomes).map((count) => count.lost + count.reset + count.cut));
  const kinds = Object.values(streams);
  const broken = sum(kinds.map(({ cut, half, lost: failures }) => cut + half + failures));
  return `${failed} / ${broken} / ${sum(kinds.map(({ back }) => back))}, ${toSeconds(exitMs)}`;
}

/** Why not all of it can be 0, from the record of each row. */
function renderReasons(rows) {
  const reasons = new Map(
    rows.flatMap(({ why, result }) => (why === undefined ? [] : [[result.setting, why]])),
  );
  return reasons.size === 0
    ? ""
    : `\n${Array.from(reasons, ([setting, why]) => `- ${BROKER_NAMES[setting] ?? setting}: ${why}\n`).join("")}`;
}

import { OK, STATE_NUMBERS, type State } from "../../core/state.ts";
import type { HandlerStatus, ServiceStatus } from "../client/status.ts";
import { clean } from "../terminal/clean.ts";
import { renderDetail } from "../terminal/table.ts";

/** The words of the Monitoring Plugins guidelines. */
const WORDS: Readonly<Record<State, string>> = { OK: "OK", YELLOW: "WARNING", RED: "CRITICAL" };

/** More than 0 is a warning, more than 1 is critical, and it goes from 0 to 2. */
const STATE_THRESHOLDS = ";0;1;0;2";

/**
 * One line as the Monitoring Plugins guidelines want it: what is not OK, then `|` and performance data, which are each
 * handler's state as a number and its labels.
 */
export function renderNagios({ state, handlers }: ServiceStatus): string {
  const good = handlers.filter((handler) => handler.state === OK).length;
  const bad = handlers.filter((handler) => handler.state !== OK);
  const data = handlers.flatMap(toPerformanceData).join(" ");
  const counts =
    handlers.length === 0 ? "no handlers are registered" : `${good} of ${handlers.length} handlers OK`;
  const text = toPluginText([counts, ...bad.map(toSentence)].join(", "));
  return `SVC ${WORDS[state]} - ${text}${data === "" ? "" : ` | ${data}`}\n`;
}

/** There is no status: UNKNOWN. */
export function renderNagiosFailure(message: string): string {
  return `SVC UNKNOWN - ${toPluginText(message)}\n`;
}

function toSentence(handler: HandlerStatus): string {
  const detail = renderDetail({ ...handler, labels: [] });
  return `${handler.name} ${handler.state}${detail === "" ? "" : `: ${detail}`}`;
}

/** `|` begins the performance data. */
function toPluginText(text: string): string {
  return clean(text).replaceAll("|", "/");
}

function toPerformanceData({ name, state, labels }: HandlerStatus): string[] {
  return [
    `${toLabel(name)}=${STATE_NUMBERS[state]}${STATE_THRESHOLDS}`,
    ...labels
      .filter(([, value]) => Number.isFinite(value))
      .map(([label, value]) => `${toLabel(`${name}_${label}`)}=${toPlainNumber(value)}`),
  ];
}

/** A label in quotes may hold anything but `=`; a quote in it is doubled. `|` would begin new data for simple readers. */
function toLabel(text: string): string {
  return `'${clean(text).replaceAll("'", "''").replace(/[=|]/g, "_")}'`;
}

/** Without an exponent, which performance data do not know. */
function toPlainNumber(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 });
}

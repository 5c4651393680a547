import { OK, STATE_NUMBERS, type State } from "../../core/state.ts";
import { describeCounts } from "../client/counts.ts";
import { describeOut } from "../client/describe-probe.ts";
import { describeFolded } from "../client/fold.ts";
import type { HandlerStatus, ServiceStatus } from "../client/service-status.ts";
import { clean } from "../terminal/clean.ts";
import { renderDetail } from "../terminal/table.ts";

/** The state names of the Monitoring Plugins guidelines. */
const WORDS: Readonly<Record<State, string>> = { OK: "OK", YELLOW: "WARNING", RED: "CRITICAL" };

/** Above 0 is a warning, above 1 is critical, and the range is 0 to 2. */
const STATE_THRESHOLDS = ";0;1;0;2";

/**
 * One line, in the format of the Monitoring Plugins guidelines: the handlers that are not OK, then `|` and
 * the performance data. These are the state of each handler as a number, and its labels.
 */
export function renderNagios({ state, handlers, facts }: ServiceStatus): string {
  const bad = handlers.filter((handler) => handler.state !== OK);
  const data = handlers.flatMap(toPerformanceData).join(" ");
  const text = toPluginText(
    [...describeOut(facts), describeCounts(handlers), ...describeFolded(bad, toSentence)].join(", "),
  );
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

/**
 * A quoted label may contain any character except `=`. A quote in it is doubled. `|` would begin new data for
 * simple parsers.
 */
function toLabel(text: string): string {
  return `'${clean(text).replaceAll("'", "''").replace(/[=|]/g, "_")}'`;
}

/** Without an exponent, which performance data do not support. */
function toPlainNumber(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 });
}

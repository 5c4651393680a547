import { toTime } from "../../http/time-parameter.ts";
import { CliError } from "../cli-error.ts";
import { toConnection } from "../client/connection.ts";
import { withinDeadline } from "../client/deadline.ts";
import { NoAnswerError } from "../client/no-answer.ts";
import { type ReceivedAnswer, sendRequest } from "../client/request.ts";
import { parseServiceUrl, type ServiceUrl, toStatusUrls } from "../client/service-url.ts";
import { toExitStatus } from "../client/status.ts";
import type { ExitStatus, Invocation } from "../command.ts";
import { clean, cleanJson } from "../terminal/clean.ts";
import type { HISTORY } from "./definition.ts";
import { readHistory } from "./read-history.ts";
import { findWorst, renderHistory } from "./render.ts";

type HistoryInvocation = Invocation<typeof HISTORY>;

/** Requests the recorded history, shows it, and returns the worst state in it as exit status. */
export async function runHistory({ operands, values, io }: HistoryInvocation): Promise<ExitStatus> {
  const service = parseServiceUrl(operands[0] ?? "");
  const target = toTarget(service, values);
  const connection = toConnection(values, [service]);
  const answer = await withinDeadline(values.timeout, io.signal, (signal) =>
    sendRequest({ target, accept: "application/json", connection, signal }),
  );
  const history = answer.status === 200 ? readHistory(answer.text, values.name) : undefined;
  if (history === undefined) throw toFailure(answer);
  const { columns } = io.stdout;
  io.stdout.write(
    values.json
      ? `${cleanJson(answer.text.trimEnd())}\n`
      : renderHistory(history, { columns, color: io.color }),
  );
  return toExitStatus(findWorst(history));
}

function toTarget(service: ServiceUrl, { since, name, limit }: HistoryInvocation["values"]): ServiceUrl {
  const [first, target = first] = toStatusUrls(service, ".history");
  const url = new URL(target.url);
  url.searchParams.set("from", parseSince(since, Date.now()).toISOString());
  url.searchParams.set("limit", String(limit));
  if (name === undefined) url.searchParams.set("availability", "each");
  else url.searchParams.set("name", name);
  return { ...target, url };
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws CliError for a text that is neither a duration nor a time. */
export function parseSince(text: string, now: number): Date {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const isTime = /^\d{4}-\d\d/.test(text);
  const time = isTime ? toTime(text) : new Date(now - Number(number) * (UNITS_MS[unit] ?? Number.NaN));
  if (time === undefined || Number.isNaN(time.getTime()) || time.getTime() >= now)
    throw new CliError(
      `--since: expected a duration such as 90m, 24h or 7d, or a past time such as 2026-11-27T03:12Z, got ${JSON.stringify(text)}`,
    );
  return time;
}

function toFailure({ status, from, text }: ReceivedAnswer): NoAnswerError {
  const said = clean(text.trim().slice(0, 200));
  const reason = Object.hasOwn(REASONS, status) ? REASONS[status] : undefined;
  const known = status === 404 && said.startsWith("the history is not") ? said : reason;
  return new NoAnswerError(
    status === 401 || status === 403 ? "denied" : "failed",
    `${from} has no history to show (${status}): ${known ?? (said || "it is not JSON of svc-status")}`,
  );
}

const REASONS: Readonly<Record<number, string>> = {
  200: "the answer is not a history",
  401: "it requires authentication. Use --header 'Authorization: …'",
  403: "it shows its history only to clients on its machine, unless svcStatus.authorize is set",
  404: "nothing found. Use the full URL of the status, and a release with svc-status/recorder",
};

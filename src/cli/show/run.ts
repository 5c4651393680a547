import { OK, type RED, type YELLOW } from "../../core/state.ts";
import { didYouMean } from "../../util/suggest.ts";
import { CliError } from "../cli-error.ts";
import { toConnection } from "../client/connection.ts";
import { toCountedState } from "../client/counted-state.ts";
import { summarize } from "../client/counts.ts";
import { withinDeadline } from "../client/deadline.ts";
import { describeInstance, describeProbe } from "../client/describe-probe.ts";
import { NoAnswerError, UnknownHandlerNameError } from "../client/no-answer.ts";
import { requestFormat, type StatusQuery } from "../client/request-format.ts";
import type { ServiceStatus } from "../client/service-status.ts";
import { describeServiceUrl, parseServiceUrl } from "../client/service-url.ts";
import { JSON_FORMAT, requestStatus, toExitStatus } from "../client/status.ts";
import type { ExitStatus, Invocation } from "../command.ts";
import { clean, cleanJson } from "../terminal/clean.ts";
import { renderFolded } from "../terminal/folded.ts";
import { createPaint, STYLE_OF_STATE } from "../terminal/style.ts";
import type { SHOW } from "./definition.ts";
import { renderNagios, renderNagiosFailure } from "./nagios.ts";
import { passThrough } from "./pass-through.ts";

type ShowInvocation = Invocation<typeof SHOW>;
type Values = ShowInvocation["values"];
type Format = Values["format"];
type Render = (
  status: ServiceStatus,
  query: StatusQuery,
  show: Pick<ShowInvocation, "io" | "values">,
) => string | Promise<string>;

const RENDERERS: Readonly<Record<Format, Render>> = {
  table: renderStatus,
  json: async (_status, query) => {
    const { answer } = await requestFormat(query, JSON_FORMAT);
    return `${cleanJson(answer.text.trimEnd())}\n`;
  },
  nagios: (status) => renderNagios(status),
  csv: (_status, query) => passThrough("csv", query),
  prometheus: (_status, query) => passThrough("prometheus", query),
  health: (_status, query) => passThrough("health", query),
};

/** The output of one of several services, with its address. A message of a failure contains it already. */
const NAMED: Readonly<Partial<Record<Format, (text: string, where: string) => string>>> = {
  table: (text, where) => `${where}\n${text}`,
  nagios: (text, where) => text.replace("- ", `- ${where.replaceAll("|", "/")}: `),
};

interface Shown {
  readonly text: string;
  readonly exitStatus: ExitStatus;
  /** Why there is no status. */
  readonly failure?: NoAnswerError;
}

/** Sends one request to each service, shows the answers, and returns the worst state as exit status. */
export async function runShow(invocation: ShowInvocation): Promise<ExitStatus> {
  const { operands, values, io } = invocation;
  const services = operands.map(parseServiceUrl);
  const connection = toConnection(values, services);
  const shown = await Promise.all(
    services.map(async (service) => ({
      where: clean(describeServiceUrl(service)),
      ...(await withinDeadline(values.timeout, io.signal, (signal) =>
        showOne({ service, names: values.name, connection, signal }, invocation),
      ).catch((error: unknown) => toFailure(error, values))),
    })),
  );
  // Nagios takes the first line for the status.
  if (values.format === "nagios") shown.sort((one, other) => other.exitStatus - one.exitStatus);
  const [first] = shown;
  const isMany = shown.length > 1;
  if (!isMany && first?.failure !== undefined && values.format !== "nagios")
    throw new CliError(first.failure.message, { cause: first.failure, exitStatus: first.exitStatus });
  const format = values.json ? "json" : values.format;
  const texts = shown.map(({ where, text, failure }) => {
    const body = failure === undefined || text !== "" ? text : `${clean(failure.message)}\n`;
    if (!isMany || (format === "nagios" && failure !== undefined)) return body;
    return (NAMED[format] ?? String)(body, where);
  });
  const gap = isMany && format !== "nagios" ? "\n" : "";
  const text = values.json && isMany ? `[${texts.map(toJson).join(",")}]\n` : texts.join(gap);
  if (!values.quiet) io.stdout.write(text);
  return Math.max(...shown.map(({ exitStatus }) => exitStatus)) as ExitStatus;
}

async function showOne(query: StatusQuery, invocation: ShowInvocation): Promise<Shown> {
  const { values } = invocation;
  const status = await requestStatus(query).catch((error: unknown) => explain(error, query));
  // A handler that was selected by name decides alone.
  const counted =
    values.name.length > 0 ? status : { ...status, state: toCountedState(status, values.decommissioned) };
  const render = values.json ? renderReport : RENDERERS[values.format];
  const text = values.quiet ? "" : await render(counted, query, invocation);
  return { text, exitStatus: toExit(counted, values["fail-on"]) };
}

function toFailure(error: unknown, { format, "fail-on": failOn }: Values): Shown {
  if (!(error instanceof NoAnswerError)) throw error;
  // Nagios reads only standard output; Icinga reads both.
  const text = format === "nagios" ? renderNagiosFailure(error.message) : "";
  return { text, exitStatus: failOn === undefined ? 3 : 1, failure: error };
}

function toJson(text: string): string {
  try {
    JSON.parse(text);
    return text.trim();
  } catch {
    return JSON.stringify({ failure: text.trim() });
  }
}

/** The report as the service sends it; for other services, the known data in the same form. */
function renderReport({ answer, state, handlers, facts }: ServiceStatus): string {
  if (facts !== undefined) return `${cleanJson(answer.text.trimEnd())}\n`;
  const entries = handlers.map(({ name, state: own, detail }) => ({ name, state: own, detail }));
  return `${cleanJson(JSON.stringify({ state, entries }))}\n`;
}

/** Names the handlers that the service does not have, with the most similar one. */
async function explain(error: unknown, query: StatusQuery): Promise<never> {
  if (!(error instanceof UnknownHandlerNameError)) throw error;
  const all = await requestStatus({ ...query, names: [] }).catch(() => undefined);
  if (all === undefined) throw error;
  const known = all.handlers.map(({ name }) => name);
  const unknown = error.names.filter((name) => !known.includes(name));
  // The handler was registered meanwhile.
  if (unknown.length === 0) throw error;
  const near = unknown.map((name) => didYouMean(name, known)).find((hint) => hint !== "");
  throw new UnknownHandlerNameError(unknown, near);
}

/** Docker only uses 0 and 1, and reserves 2. */
function toExit({ state }: ServiceStatus, failOn: typeof RED | typeof YELLOW | undefined): ExitStatus {
  const status = toExitStatus(state);
  if (failOn === undefined) return status;
  return status >= toExitStatus(failOn) ? 1 : 0;
}

function renderStatus(
  { state, handlers, facts }: ServiceStatus,
  _query: StatusQuery,
  { io, values }: Pick<ShowInvocation, "io" | "values">,
): string {
  const paint = createPaint(io.color);
  const service = facts === undefined ? [] : [describeProbe(facts), describeInstance(facts)];
  const summary = [
    `${paint(STYLE_OF_STATE[state], state)}: ${clean(summarize(handlers))}`,
    ...service.filter((line) => line !== "").map(clean),
  ].join("\n");
  const shown = values.problems ? handlers.filter((handler) => handler.state !== OK) : handlers;
  if (shown.length === 0) return `${summary}\n`;
  const table = renderFolded(shown, { columns: io.stdout.columns, paint });
  return `${table.join("\n")}\n\n${summary}\n`;
}

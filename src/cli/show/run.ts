import type { RED, YELLOW } from "../../core/state.ts";
import { didYouMean } from "../../util/suggest.ts";
import { CliError } from "../cli-error.ts";
import type { StatusQuestion } from "../client/ask-format.ts";
import { toConnection } from "../client/connection.ts";
import { summarize } from "../client/counts.ts";
import { withinDeadline } from "../client/deadline.ts";
import { NoAnswerError, UnknownHandlerNameError } from "../client/no-answer.ts";
import { parseServiceUrl } from "../client/service-url.ts";
import { askStatus, type ServiceStatus, toExitStatus } from "../client/status.ts";
import type { ExitStatus, Invocation } from "../command.ts";
import { clean, cleanJson } from "../terminal/clean.ts";
import { createPaint, STYLE_OF_STATE } from "../terminal/style.ts";
import { renderTable } from "../terminal/table.ts";
import type { SHOW } from "./definition.ts";
import { renderNagios, renderNagiosFailure } from "./nagios.ts";
import { passThrough } from "./pass-through.ts";

type ShowInvocation = Invocation<typeof SHOW>;
type Format = ShowInvocation["values"]["format"];
type Render = (
  status: ServiceStatus,
  question: StatusQuestion,
  io: ShowInvocation["io"],
) => string | Promise<string>;

const RENDERERS: Readonly<Record<Format, Render>> = {
  table: renderStatus,
  json: ({ answer }) => `${cleanJson(answer.text.trimEnd())}\n`,
  nagios: renderNagios,
  csv: (_status, question) => passThrough("csv", question),
  prometheus: (_status, question) => passThrough("prometheus", question),
  health: (_status, question) => passThrough("health", question),
};

/** Sends one request, shows the answer, and returns the overall state as exit status. */
export async function runShow({ operands: [address = ""], values, io }: ShowInvocation): Promise<ExitStatus> {
  const { format, quiet, timeout, name: names } = values;
  const failOn = values["fail-on"];
  const service = parseServiceUrl(address);
  const connection = toConnection(values, [service]);
  try {
    return await withinDeadline(timeout, io.signal, async (signal) => {
      const question = { service, names, connection, signal };
      const status = await askStatus(question).catch((error: unknown) => explain(error, question));
      if (!quiet) io.stdout.write(await RENDERERS[format](status, question, io));
      return toExit(status, failOn);
    });
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    const exitStatus = failOn === undefined ? 3 : 1;
    if (format !== "nagios") throw new CliError(error.message, { cause: error, exitStatus });
    // Nagios reads only standard output; Icinga reads both.
    io.stdout.write(renderNagiosFailure(error.message));
    return exitStatus;
  }
}

/** Names the handlers that the service does not have, with the most similar one. */
async function explain(error: unknown, question: StatusQuestion): Promise<never> {
  if (!(error instanceof UnknownHandlerNameError)) throw error;
  const all = await askStatus({ ...question, names: [] }).catch(() => undefined);
  if (all === undefined) throw error;
  const known = all.handlers.map(({ name }) => name);
  const unknown = error.names.filter((name) => !known.includes(name));
  // A handler that was registered meanwhile.
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
  { state, handlers }: ServiceStatus,
  _question: StatusQuestion,
  io: ShowInvocation["io"],
): string {
  const paint = createPaint(io.color);
  const summary = `${paint(STYLE_OF_STATE[state], state)}: ${clean(summarize(handlers))}\n`;
  if (handlers.length === 0) return summary;
  return `${renderTable(handlers, { columns: io.stdout.columns, paint }).join("\n")}\n\n${summary}`;
}

import { COMMISSIONED_BODY, isProbeBody, MAX_PROBE_BODY_LENGTH } from "../../core/probe.ts";
import { CliError } from "../cli-error.ts";
import { ask } from "../client/ask.ts";
import { type Connection, toConnection } from "../client/connection.ts";
import { withinDeadline } from "../client/deadline.ts";
import { NoAnswerError } from "../client/no-answer.ts";
import { repeatUntil } from "../client/repeat.ts";
import { describeServiceUrl, parseServiceUrl, type ServiceUrl, toProbeUrl } from "../client/service-url.ts";
import type { ExitStatus, Invocation } from "../command.ts";
import { renderDuration } from "../duration.ts";
import { clean } from "../terminal/clean.ts";
import { createProgress } from "../terminal/progress.ts";
import { changeProbe, readToken } from "./change.ts";
import type { DECOMMISSION } from "./definitions.ts";

/** Lets a probe answer something else than OK; with `--wait` stays until nobody answers any more. */
export async function runDecommission({
  operands: [address = ""],
  values,
  io,
}: Invocation<typeof DECOMMISSION>): Promise<ExitStatus> {
  const { body, timeout, interval } = values;
  expectBody(body);
  const service = parseServiceUrl(address);
  const where = describeServiceUrl(service);
  const connection = toConnection(values);
  const token = readToken(values.token, io.env);
  const startedAt = performance.now();
  await withinDeadline(timeout, io.signal, (signal) =>
    changeProbe({ service, body, token, connection, signal }),
  );
  io.stdout.write(`${clean(`${where} is decommissioned: its probe answers ${body}`)}\n`);
  if (!values.wait) return 0;

  const progress = createProgress(io.stderr);
  progress.tell(`waiting until ${where} has closed`);
  const timeoutMs = timeout - (performance.now() - startedAt);
  let isClosed: boolean;
  try {
    isClosed = await repeatUntil({ timeoutMs, intervalMs: interval, signal: io.signal }, (signal) =>
      hasClosed({ service, connection, signal }),
    );
  } finally {
    progress.stop();
  }
  if (!isClosed)
    throw new CliError(
      `${where} has not closed within ${renderDuration(timeout)}. It stays decommissioned; end it, or wait longer with --timeout`,
    );
  io.stdout.write(`${clean(`${where} has closed`)}\n`);
  return 0;
}

function expectBody(body: string): void {
  if (body === COMMISSIONED_BODY)
    throw new CliError(`--body ${body} would put the service in. Use: svc-status commission`);
  if (!isProbeBody(body))
    throw new CliError(
      `--body: expected at most ${MAX_PROBE_BODY_LENGTH} characters without control characters`,
    );
}

interface Look {
  readonly service: ServiceUrl;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** Closed is who refuses connections. Whatever else goes wrong may be the way there. */
async function hasClosed({ service, connection, signal }: Look): Promise<boolean> {
  try {
    const { status, text, from } = await ask({ target: toProbeUrl(service), connection, signal });
    if (status === 200 && text === COMMISSIONED_BODY)
      throw new CliError(`${from} answers OK again: somebody has commissioned or started it anew`);
    return false;
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    return error.kind === "refused";
  }
}

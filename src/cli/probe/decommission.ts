import { isProbeBody } from "../../core/probe.ts";
import { COMMISSIONED_BODY, MAX_PROBE_BODY_LENGTH } from "../../core/probe-setting.ts";
import { toDurationText } from "../../util/duration-text.ts";
import { CliError } from "../cli-error.ts";
import { toConnection } from "../client/connection.ts";
import { withinDeadline } from "../client/deadline.ts";
import { isClosed } from "../client/is-closed.ts";
import { NoAnswerError } from "../client/no-answer.ts";
import { repeatUntil } from "../client/repeat.ts";
import { describeServiceUrl, parseServiceUrl, type ServiceUrl } from "../client/service-url.ts";
import type { ExitStatus, Invocation } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { clean } from "../terminal/clean.ts";
import { createProgress } from "../terminal/progress.ts";
import { changeProbe, describeChanged, readToken } from "./change.ts";
import { expectDecommissioned } from "./check.ts";
import type { DECOMMISSION } from "./definitions.ts";

/** Makes a probe answer something other than OK. With `--wait`, waits until the service has closed. */
export async function runDecommission(invocation: Invocation<typeof DECOMMISSION>): Promise<ExitStatus> {
  const { operands, values, io } = invocation;
  const { body, instance, timeout } = values;
  expectBody(body);
  const reasons = toReasons(values);
  const service = parseServiceUrl(operands[0] ?? "");
  const connection = toConnection(values, [service]);
  const token = readToken(values.token, io.env, service);
  const startedAt = performance.now();
  const shown = await withinDeadline(timeout, io.signal, async (signal) => {
    const changed = await changeProbe({ service, token, instance, connection, signal }, body, reasons);
    const answer = expectDecommissioned(changed).then(
      (text) => `${describeChanged(changed)} is decommissioned: its probe answers ${text}`,
    );
    return values.wait ? await unlessSilent(answer) : await answer;
  });
  if (shown !== undefined) io.stdout.write(`${clean(shown)}\n`);
  if (values.wait) await waitUntilClosed(service, timeout - (performance.now() - startedAt), invocation);
  return 0;
}

async function waitUntilClosed(
  service: ServiceUrl,
  timeoutMs: number,
  { values, io }: Invocation<typeof DECOMMISSION>,
): Promise<void> {
  const where = describeServiceUrl(service);
  const progress = createProgress(io.stderr);
  progress.show(`waiting until ${where} has closed`);
  let hasClosed: boolean;
  try {
    // Connects without sending a request, because a drain counts any client that requests the probe as a load
    // balancer.
    hasClosed = await repeatUntil({ timeoutMs, intervalMs: values.interval, signal: io.signal }, (signal) =>
      isClosed(service, signal),
    );
  } finally {
    progress.stop();
  }
  if (!hasClosed)
    throw new CliError(
      `${where} still accepts connections after ${toDurationText(values.timeout)}. Stop it, wait longer with --timeout, or check whether it was restarted`,
    );
  io.stdout.write(`${clean(`${where} has closed`)}\n`);
}

/** A service may close at once, which is what `--wait` waits for. */
function unlessSilent(answer: Promise<string>): Promise<string | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof NoAnswerError) return undefined;
    throw error;
  });
}

/** A duration starts now, by the clock of this machine. */
function toReasons({
  reason,
  until,
}: Invocation<typeof DECOMMISSION>["values"]): Readonly<Record<string, string>> {
  const isMoment = until !== undefined && /^\d{4}-/.test(until);
  const moment = isMoment || until === undefined ? until : toMoment(parseDuration("--until", until));
  return { ...(reason !== undefined && { reason }), ...(moment !== undefined && { until: moment }) };
}

function toMoment(delayMs: number): string {
  return new Date(Date.now() + delayMs).toISOString();
}

function expectBody(body: string): void {
  if (body === COMMISSIONED_BODY)
    throw new CliError(`--body ${body} would commission the service. Use: svc-status commission`);
  if (!isProbeBody(body))
    throw new CliError(
      `--body: expected at most ${MAX_PROBE_BODY_LENGTH} characters without control characters`,
    );
}

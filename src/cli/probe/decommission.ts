import { COMMISSIONED_BODY, isProbeBody, MAX_PROBE_BODY_LENGTH } from "../../core/probe.ts";
import { CliError } from "../cli-error.ts";
import { toConnection } from "../client/connection.ts";
import { withinDeadline } from "../client/deadline.ts";
import { isClosed } from "../client/is-closed.ts";
import { repeatUntil } from "../client/repeat.ts";
import { describeServiceUrl, parseServiceUrl } from "../client/service-url.ts";
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
  let hasClosed: boolean;
  try {
    // It connects and asks nothing: who asks for the probe is a load balancer in the eyes of a drain.
    hasClosed = await repeatUntil({ timeoutMs, intervalMs: interval, signal: io.signal }, (signal) =>
      isClosed(service, signal),
    );
  } finally {
    progress.stop();
  }
  if (!hasClosed)
    throw new CliError(
      `${where} still accepts connections after ${renderDuration(timeout)}. End it, wait longer with --timeout, or look whether it was started anew`,
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

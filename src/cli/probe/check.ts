import { COMMISSIONED_BODY, MAX_PROBE_BODY_LENGTH } from "../../core/probe-setting.ts";
import { CHECK_HEADER } from "../../http/observe.ts";
import { CliError } from "../cli-error.ts";
import { NoAnswerError } from "../client/no-answer.ts";
import { type ReceivedAnswer, sendRequest } from "../client/request.ts";
import { describeServiceUrl, toProbeUrl } from "../client/service-url.ts";
import type { ProbeQuery } from "./change.ts";

/** Maximum length of an unexpected answer in a message. */
const MAX_SHOWN_LENGTH = 200;

/** The status codes of a decommissioned probe. */
const DECOMMISSIONED: readonly number[] = [503, 404];

/** @throws CliError if a load balancer gets anything but OK: a drain may have reverted the change. */
export async function expectCommissioned(query: ProbeQuery): Promise<void> {
  const answer = await requestProbe(query);
  if (answer.status === 200 && answer.text.trim() === COMMISSIONED_BODY) return;
  throw toContradiction(
    query,
    answer,
    "not commissioned",
    "It is shutting down, was decommissioned again, or a critical handler is RED (probeStatus.requireHealthy)",
  );
}

/**
 * Returns the body of a decommissioned probe. Another client may have set another body.
 *
 * @throws CliError if the probe still answers OK: another client may have commissioned the probe again.
 */
export async function expectDecommissioned(query: ProbeQuery): Promise<string> {
  const answer = await requestProbe(query);
  if (DECOMMISSIONED.includes(answer.status)) return answer.text.slice(0, MAX_PROBE_BODY_LENGTH);
  const hint = answer.status === 200 ? "Was it commissioned again?" : "This is not a probe's answer";
  throw toContradiction(query, answer, "not decommissioned", hint);
}

/** Sends the request of a load balancer. A drain does not count this check as a probe. */
async function requestProbe({ service, token, connection, signal }: ProbeQuery): Promise<ReceivedAnswer> {
  const target = toProbeUrl(service);
  try {
    return await sendRequest({
      target,
      accept: "text/plain",
      headers: { [CHECK_HEADER]: "1" },
      token,
      connection,
      signal,
    });
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    const text = `${describeServiceUrl(service)} accepted the change, but its probe cannot be read: ${error.message}`;
    throw new NoAnswerError(error.kind, text, { cause: error });
  }
}

function toContradiction(
  { service, instance }: ProbeQuery,
  { status, text, instance: other }: ReceivedAnswer,
  what: string,
  hint: string,
): CliError {
  if (instance !== undefined && other !== undefined && other !== instance)
    return new CliError(
      `${instance} accepted the change, but another instance answered the check: ${other}. Use the address of one instance`,
    );
  const shown = `${status} ${text.trim().slice(0, MAX_SHOWN_LENGTH)}`.trim();
  return new CliError(
    `${describeServiceUrl(service)} is ${what}: it accepted the change, but its probe answers ${shown}. ${hint}`,
  );
}

import { hideSecrets } from "../../util/redact/hide-secrets.ts";
import { CliError } from "../cli-error.ts";
import type { Connection } from "../client/connection.ts";
import { UnusableAnswerError } from "../client/no-answer.ts";
import { INSTANCE_HEADER, type ReceivedAnswer, sendRequest } from "../client/request.ts";
import {
  describeServiceUrl,
  expectTypedHost,
  type ServiceUrl,
  toProbeUrl,
  toTypedHost,
} from "../client/service-url.ts";

/** A request to a probe. */
export interface ProbeQuery {
  readonly service: ServiceUrl;
  readonly token: string | undefined;
  /** The only instance that may accept a change; afterwards, the one that did. `undefined`: any. */
  readonly instance?: string | undefined;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** The meaning of each refusal, and a remedy. */
const REFUSALS: Readonly<Record<number, (answer: ReceivedAnswer, query: ProbeQuery) => string>> = {
  400: ({ from, text }) => `${from} rejects this: ${toShown(text)}`,
  401: explainUnauthorized,
  403: ({ from }) =>
    `${from} refuses changes from here (403). Run this on the machine of the service, without a proxy, or configure a token (probeStatus.control)`,
  404: ({ from }) => `nothing found at ${from} (404). Use the full URL if the probe has another path`,
  409: ({ text }, { instance }) =>
    `${instance} did not answer: ${toShown(text)}. Use the address of that instance`,
  405: ({ from }) => `${from} is not a probe that can be changed (405). Is it the right URL?`,
};

function toShown(text: string): string {
  return hideSecrets(text.trim()).slice(0, 200);
}

function explainUnauthorized({ from }: ReceivedAnswer, { service, token }: ProbeQuery): string {
  if (token !== undefined) return `${from} rejects the token (401). Is it the token of this service?`;
  const wants = `${from} requires a token (401)`;
  if (!service.isHostGuessed) return `${wants}. Set SVC_STATUS_TOKEN`;
  return `${wants}, which is sent only to a host that you name. ${toTypedHost(service.url)}, and set SVC_STATUS_TOKEN`;
}

/** Sets the body of a probe. @returns the query for the instance that did it. @throws NoAnswerError if none confirms it. */
export async function changeProbe(
  query: ProbeQuery,
  body: string,
  reasons: Readonly<Record<string, string>> = {},
): Promise<ProbeQuery> {
  const { service, token, instance, connection, signal } = query;
  const target = toProbeUrl(service, { body, ...reasons });
  const answer = await sendRequest({
    target,
    method: "POST",
    accept: "text/plain",
    headers: instance === undefined ? {} : { [INSTANCE_HEADER]: instance },
    token,
    connection,
    signal,
  });
  const refusal = REFUSALS[answer.status];
  if (refusal !== undefined) throw new UnusableAnswerError(refusal(answer, query));
  // Some servers answer any request with 200. A probe answers with its new body.
  if (answer.status !== 200 || answer.text !== body)
    throw new UnusableAnswerError(
      `${answer.from} answered ${answer.status}, which is not a probe's answer. Is it the right URL?`,
    );
  return { ...query, instance: answer.instance };
}

/** `http://localhost:8080 (orders-7f9c:17)`: people act on one instance, so they see which one it was. */
export function describeChanged({ service, instance }: ProbeQuery): string {
  return `${describeServiceUrl(service)}${instance === undefined ? "" : ` (${instance})`}`;
}

/**
 * The token to send, if there is one. Every user of the machine can see the arguments, but not the
 * environment. A guessed host gets no token.
 *
 * @throws CliError for a token that is not valid in a header, and for one that the user types for a guessed
 * host.
 */
export function readToken(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  service: ServiceUrl,
): string | undefined {
  if (given !== undefined) expectTypedHost("--token", service);
  const token = given ?? env["SVC_STATUS_TOKEN"] ?? "";
  if (!/^[!-~]*$/.test(token))
    throw new CliError("the token: expected visible ASCII characters without spaces or line ends");
  return token === "" || service.isHostGuessed ? undefined : token;
}

import type { IncomingMessage } from "node:http";
import type { ProbeAnswered } from "../core/seams.ts";
import type { StatusRequest } from "../core/status-request.ts";
import type { Counters } from "./counters.ts";
import type { SentProbeAnswer } from "./protocol.ts";

/**
 * Maximum number of forwarded requests while the main thread is busy. Further ones are dropped to limit
 * memory.
 */
export const MAX_FORWARDED = 200;

/** Forwards requests for the probe to the main thread, where a drain counts the refusals of each prober. */
export function createForwarder(
  counters: Pick<Counters, "beats">,
  send: (answer: SentProbeAnswer) => void,
): (event: ProbeAnswered) => void {
  let { beats } = counters;
  let forwarded = 0;

  return function forward({ request, status }) {
    if (counters.beats !== beats) {
      beats = counters.beats;
      forwarded = 0;
    }
    forwarded += 1;
    if (forwarded <= MAX_FORWARDED) send(toSentProbeAnswer(request, status));
  };
}

function toSentProbeAnswer(request: StatusRequest, status: number): SentProbeAnswer {
  const { method, target, remoteAddress } = request;
  const names = Object.keys((request.raw as IncomingMessage).headers);
  const headers = Object.fromEntries(names.map((name) => [name, request.header(name) ?? ""]));
  return { kind: "probeAnswered", method, target, remoteAddress, headers, status };
}

/**
 * The request as the main thread's own server would have reported it, but without the `node:http` request.
 */
export function toProbeAnswered(answer: SentProbeAnswer): ProbeAnswered {
  const { method, target, remoteAddress, headers, status } = answer;
  const header = (name: string): string | undefined =>
    Object.hasOwn(headers, name) ? headers[name] : undefined;
  return { request: { method, target, remoteAddress, header, raw: undefined }, status };
}

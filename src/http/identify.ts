import { findIdentity } from "../core/identity.ts";
import type { Probe } from "../core/probe.ts";
import { type ProbeState, toProbeState } from "../core/probe-setting.ts";
import { getProbeSeams, type Identity } from "../core/seams.ts";
import { type Control, decideQuickly } from "./access.ts";
import { createResponse, type PossibleResponse, type StatusRequest, type StatusResponse } from "./message.ts";

/** The instance that a request is meant for. Other instances refuse it. */
const INSTANCE_HEADER = "Svc-Status-Instance";

/** Identifies the instance that answers. */
export interface Identification {
  /** Looked up for each answer, because a worker learns its instance when it joins a cluster. */
  getIdentity(): Identity;
  /** Refuses a request that is meant for another instance, the one that its client has seen. */
  refuse(request: StatusRequest, consequence: string): StatusResponse | undefined;
  /** Adds the headers that name the instance, for a client that may see it. */
  toIdentified(response: StatusResponse): StatusResponse;
  /** The same, if the client is on this machine or has the token. Does not call the application's functions. */
  identify(request: StatusRequest, answer: NonNullable<PossibleResponse>): NonNullable<PossibleResponse>;
}

/** The headers, and the values that they were made of. */
interface IdentityHeaders extends Identity {
  readonly state: ProbeState;
  readonly headers: StatusResponse["headers"];
}

interface Identified {
  readonly response: StatusResponse;
  readonly headers: StatusResponse["headers"];
  readonly identified: StatusResponse;
}

export interface IdentificationSetup {
  readonly probe: Probe;
  /** The name of this instance from the options. */
  readonly instance: string | undefined;
  readonly control: Control | undefined;
}

export function createIdentification({ probe, instance, control }: IdentificationSetup): Identification {
  let present: IdentityHeaders | undefined;
  let last: Identified | undefined;

  function getIdentity(): Identity {
    return findIdentity(probe, instance);
  }

  function refuse(request: StatusRequest, consequence: string): StatusResponse | undefined {
    const meant = request.header(INSTANCE_HEADER.toLowerCase());
    const { instance } = getIdentity();
    return meant === undefined || meant === instance
      ? undefined
      : createResponse({ status: 409, body: `this is ${instance}; ${consequence}\n` });
  }

  /** The same object until the identity or the state of the probe changes. */
  function getHeaders(): StatusResponse["headers"] {
    const { instance: name, startedAt } = getIdentity();
    const state = toProbeState(getProbeSeams(probe).getSetting());
    if (present?.state !== state || present.instance !== name || present.startedAt !== startedAt) {
      const headers = {
        [INSTANCE_HEADER]: name,
        "Svc-Status-Started": startedAt.toISOString(),
        "Svc-Status-Probe": state,
      };
      present = { instance: name, startedAt, state, headers };
    }
    return present.headers;
  }

  function toIdentified(response: StatusResponse): StatusResponse {
    // `{ ...a, ...b }` takes twenty times as long.
    return { ...response, headers: Object.assign({}, response.headers, getHeaders()) };
  }

  /** Responses from memory stay the same object until the headers change. */
  function toIdentifiedOnce(response: StatusResponse): StatusResponse {
    const headers = getHeaders();
    if (last?.response !== response || last.headers !== headers)
      last = { response, headers, identified: toIdentified(response) };
    return last.identified;
  }

  async function identifyLater(
    answer: NonNullable<PossibleResponse>,
    isKnown: Promise<boolean>,
  ): Promise<StatusResponse> {
    return (await isKnown) ? toIdentified(await answer) : answer;
  }

  function identify(
    request: StatusRequest,
    answer: NonNullable<PossibleResponse>,
  ): NonNullable<PossibleResponse> {
    const isKnown = decideQuickly(control, request);
    if (isKnown instanceof Promise) return identifyLater(answer, isKnown);
    if (!isKnown) return answer;
    return answer instanceof Promise ? answer.then(toIdentified) : toIdentifiedOnce(answer);
  }

  return { getIdentity, refuse, toIdentified, identify };
}

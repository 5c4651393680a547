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

/** The values of the headers. */
interface Facts extends Identity {
  readonly state: ProbeState;
}

const FACTS: readonly (keyof Facts)[] = ["instance", "startedAt", "state"];

interface Identified {
  readonly response: StatusResponse;
  readonly facts: Facts;
  readonly identified: StatusResponse;
}

export interface IdentificationSetup {
  readonly probe: Probe;
  /** The name of this instance from the options. */
  readonly instance: string | undefined;
  readonly control: Control | undefined;
}

export function createIdentification({ probe, instance, control }: IdentificationSetup): Identification {
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

  function getFacts(): Facts {
    return { ...getIdentity(), state: toProbeState(getProbeSeams(probe).getSetting()) };
  }

  function toIdentified(response: StatusResponse, facts = getFacts()): StatusResponse {
    const headers = {
      [INSTANCE_HEADER]: facts.instance,
      "Svc-Status-Started": facts.startedAt.toISOString(),
      "Svc-Status-Probe": facts.state,
    };
    return { ...response, headers: { ...response.headers, ...headers } };
  }

  /** Responses from memory stay the same object until the identity or the probe's state changes. */
  function toIdentifiedOnce(response: StatusResponse): StatusResponse {
    const facts = getFacts();
    if (last?.response !== response || FACTS.some((name) => facts[name] !== last?.facts[name]))
      last = { response, facts, identified: toIdentified(response, facts) };
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
    return answer instanceof Promise
      ? answer.then((response) => toIdentified(response))
      : toIdentifiedOnce(answer);
  }

  return { getIdentity, refuse, toIdentified, identify };
}

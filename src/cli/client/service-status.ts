import type { ProbeState } from "../../core/probe-setting.ts";
import type { State } from "../../core/state.ts";
import type { ReceivedAnswer } from "./request.ts";

/** The status of one handler. */
export interface HandlerStatus {
  readonly name: string;
  readonly state: State;
  readonly detail: string;
  readonly labels: readonly (readonly [label: string, value: number])[];
  /** How long the state has held; `undefined` if the service does not report it. */
  readonly forMs?: number | undefined;
  /** The handlers whose RED explains this one; `undefined` if the service does not report it. */
  readonly causes?: readonly string[];
}

/** The facts about the service itself, from the report for tools. */
export interface ServiceFacts {
  /** The name of the service. */
  readonly service?: string | undefined;
  readonly instance: string | undefined;
  /** How long the instance has run. */
  readonly upMs: number | undefined;
  readonly probe: {
    readonly state: ProbeState;
    readonly forMs: number | undefined;
    readonly reason: string | undefined;
    readonly until: string | undefined;
    readonly leftMs: number | undefined;
    readonly by: string | undefined;
  };
}

export interface ServiceStatus {
  readonly state: State;
  readonly handlers: readonly HandlerStatus[];
  /** The answer that contains this status. */
  readonly answer: ReceivedAnswer;
  /** `undefined` if the service does not have the report for tools. */
  readonly facts?: ServiceFacts;
}

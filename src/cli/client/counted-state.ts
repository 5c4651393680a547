import { type State, toWorseState } from "../../core/state.ts";
import type { ServiceStatus } from "./service-status.ts";

/** A service that gets no requests needs attention, so its state is at least `out`. */
export function toCountedState({ state, facts }: ServiceStatus, out: State): State {
  return facts === undefined || facts.probe.state === "in-service" ? state : toWorseState(state, out);
}

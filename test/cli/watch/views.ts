import type { HandlerStatus, ServiceFacts, ServiceStatus } from "../../../src/cli/client/service-status.ts";
import { createServiceView, type ServiceView, updateView } from "../../../src/cli/watch/service-view.ts";
import { toWorseState } from "../../../src/core/state.ts";

type States = Readonly<Record<string, HandlerStatus["state"]>>;

/** The answer of a service with these handlers. */
export function answerOf(states: States, facts?: ServiceFacts): ServiceStatus {
  const handlers = Object.entries(states).map(([name, state]) => ({ name, state, detail: "", labels: [] }));
  const state = handlers.reduce<HandlerStatus["state"]>(
    (worse, each) => toWorseState(worse, each.state),
    "OK",
  );
  const answer = { status: 200, contentType: "", text: "", from: "" };
  return { state, handlers, answer, ...(facts && { facts }) };
}

export function factsOf(instance: string, probe: Partial<ServiceFacts["probe"]> = {}): ServiceFacts {
  const unknown = { forMs: 1_000, reason: undefined, until: undefined, leftMs: undefined, by: undefined };
  return { instance, upMs: 180_000, probe: { state: "in-service", ...unknown, ...probe } };
}

/** A service that has answered once at the time 0, or failed. */
export function viewOf(where: string, answer: Parameters<typeof updateView>[1]): ServiceView {
  return updateView(createServiceView(where), answer, 0).view;
}

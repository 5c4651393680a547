import { toAgeText } from "../../http/page/time-text.ts";
import type { ServiceFacts } from "./service-status.ts";

/** `In service for 4 min`, or `Decommissioned for 4 min: upgrade, by ann, until 2026-01-01 00:00:00 UTC`. */
export function describeProbe({ probe }: ServiceFacts): string {
  const { state, forMs, reason, until, leftMs, by } = probe;
  if (state === "draining") {
    const left = leftMs === undefined ? "" : `, at most ${toAgeText(Math.max(0, leftMs))} left`;
    return `Draining${reason === undefined ? "" : ` (${reason})`}${left}`;
  }
  const held = forMs === undefined ? "" : ` for ${toAgeText(forMs)}`;
  if (state === "in-service") return `In service${held}`;
  const why = reason === undefined ? "" : `: ${reason}`;
  const end = until?.replace("T", " ").replace(/(?:\.\d+)?Z$/, " UTC");
  return `Decommissioned${held}${why}${by === undefined ? "" : `, by ${by}`}${end === undefined ? "" : `, until ${end}`}`;
}

/** Why the service gets no requests. Empty if it is in service, or the service does not report it. */
export function describeOut(facts: ServiceFacts | undefined): string[] {
  return facts === undefined || facts.probe.state === "in-service" ? [] : [describeProbe(facts)];
}

/** `orders-7f9c:17, started 3 min ago` */
export function describeInstance({ instance, upMs }: ServiceFacts): string {
  if (instance === undefined) return "";
  return `${instance}${upMs === undefined ? "" : `, started ${toAgeText(upMs)} ago`}`;
}

import type { AxisSpan, Turn } from "../../http/page/axis.ts";
import type { Mark } from "../../http/page/state-markup.ts";
import type { FleetView } from "../read/reader.ts";
import type { ServiceDetail } from "../read/service-detail.ts";
import type { FleetService, FleetState } from "../read/view.ts";

/** The formats of the page, by the suffix of the path. */
export type FleetSuffix = "" | ".html" | ".json" | ".md" | ".events";

/** The reader's choices in the URL. */
export interface FleetChoice {
  /** The name of a service. Default: all services. */
  readonly service?: string;
  /** A moment in the past. Default: now. */
  readonly at?: Date;
  readonly text: string;
  readonly states: readonly string[];
  readonly span: AxisSpan;
}

/** The data of a page. */
export interface FleetScene {
  /** The heading. */
  readonly name: string;
  readonly path: string;
  /** The template of the URL of an instance's page. */
  readonly instanceUrl: string;
  readonly choice: FleetChoice;
  readonly view: FleetView<FleetService | ServiceDetail>;
  /** The states over time: of services by key, and of handlers by the key of their service and their name. */
  readonly turns: ReadonlyMap<string, readonly Turn[]>;
  /** The current time, for ages. Default: the client calculates them. */
  readonly now?: number;
}

export function toMark(state: FleetState): Mark {
  return state === "UNKNOWN" ? "unknown" : state;
}

/** Whether the filter shows a row. */
export function isWanted({ choice }: FleetScene, state: FleetState, text: string): boolean {
  const { states, text: wanted } = choice;
  return (states.length === 0 || states.includes(state)) && text.toLowerCase().includes(wanted.toLowerCase());
}

/** The query of a URL that keeps the service and the moment. */
export function toQuery({ service, at }: Pick<FleetChoice, "service" | "at">): string {
  const query = new URLSearchParams({
    ...(service !== undefined && { service }),
    ...(at && { at: toTimeText(at) }),
  });
  return query.size > 0 ? `?${query}` : "";
}

/** `2026-11-27T03:12Z`, with seconds if there are any. */
export function toTimeText(at: Date): string {
  return at.toISOString().replace(/(?::00)?\.\d+Z$/, "Z");
}

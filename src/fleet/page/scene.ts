import type { Turn } from "../../http/page/axis-turns.ts";
import type { AxisSpan } from "../../http/page/axis-window.ts";
import type { Markup } from "../../http/page/markup.ts";
import type { Mark } from "../../http/page/state-markup.ts";
import type { KeptReport } from "../details/instance-reports.ts";
import type { FleetView } from "../read/reader.ts";
import type { ServiceDetail } from "../read/service-detail.ts";
import type { FleetService, FleetState } from "../read/view.ts";

/** The formats of the page, by the suffix of the path. */
export type FleetSuffix = "" | ".html" | ".json" | ".md" | ".events";

/** The reader's choices in the URL. */
export interface FleetChoice {
  /** The name of a service. Default: all services. */
  readonly service?: string;
  /** An instance of the service, with the details of its handlers. */
  readonly instance?: string;
  /** A moment in the past. Default: now. */
  readonly at?: Date;
  readonly text: string;
  readonly states: readonly string[];
  readonly span: AxisSpan;
}

/** A row of the page. */
export interface Row {
  readonly key: string;
  readonly markup: Markup;
  readonly isHidden: boolean;
}

/** The data of a page. */
export interface FleetScene {
  /** The heading. */
  readonly name: string;
  readonly path: string;
  /** The template of the URL of an instance's page. */
  readonly instanceUrl: string;
  readonly choice: FleetChoice;
  /** Whether readers can open instances. */
  readonly hasDetails: boolean;
  readonly view: FleetView<FleetService | ServiceDetail>;
  /**
   * The states over time: of services by key, and of handlers by the key of their service and their name. With a
   * moment in the past, also the states after it.
   */
  readonly turns: ReadonlyMap<string, readonly Turn[]>;
  /** Why axes are missing or old. */
  readonly axesProblem?: string | undefined;
  /** The report of the instance that the reader opened. */
  readonly report?: KeptReport;
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

/** The query of a URL that keeps the service, its instance and the moment. */
export function toQuery({ service, instance, at }: Pick<FleetChoice, "service" | "instance" | "at">): string {
  const query = new URLSearchParams({
    ...(service !== undefined && { service }),
    ...(instance !== undefined && { instance }),
    ...(at && { at: toTimeText(at) }),
  });
  return query.size > 0 ? `?${query}` : "";
}

/** `2026-11-27T03:12Z`, with seconds if there are any. */
export function toTimeText(at: Date): string {
  return at.toISOString().replace(/(?::00)?\.\d+Z$/, "Z");
}

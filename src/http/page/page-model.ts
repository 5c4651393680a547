import type { Probe } from "../../core/probe.ts";
import type { Report } from "../../core/report.ts";
import type { ChangesRenderer } from "./render-changes.ts";

/** What the status page says about the service beside its status. */
export interface ServiceDescription {
  /** Up to 200 characters. Left out: the page is headed "Service status". */
  readonly name?: string;
  /** Up to 200 characters. Not shown where details are hidden. */
  readonly version?: string;
  /** Where to go on: dashboards, logs, runbooks. Not shown where details are hidden. */
  readonly links?: readonly ServiceLink[];
}

/** A link of the status page. */
export interface ServiceLink {
  readonly title: string;
  /** http, https, mailto, or relative to the page. */
  readonly url: string;
}

/** What is the same for everybody who looks at the page. */
export interface PageSource {
  readonly service: ServiceDescription;
  readonly probe: Probe;
  /** Where the report is served, behind any prefix. */
  readonly path: string;
  /** Where the probe can be changed; `undefined` where it cannot. */
  readonly controlPath: string | undefined;
}

/** What one group of viewers may see and has asked for. */
export interface PageView {
  /** `false`: names and states, and nothing else. */
  readonly details: boolean;
  /** Whether there are buttons that change the probe. */
  readonly controls: boolean;
  /** The handlers that were asked for by name; none: all of them. */
  readonly names: readonly string[];
}

/** Which handlers are looked for. It hides the others, and changes nothing that is said. */
export interface PageFilter {
  readonly text: string;
  readonly states: readonly string[];
}

/** A page as it is at a moment. */
export interface PageScene {
  readonly source: PageSource;
  readonly view: PageView;
  readonly report: Report;
  readonly changes: ChangesRenderer;
  /** When it is looked at, for ages. Left out: moments are written as they are, and the client says how old they are. */
  readonly now?: number;
  readonly filter?: PageFilter;
}

/** A piece of the page that the client replaces as a whole; its key stands in `data-key`. */
export interface PagePart {
  readonly key: string;
  readonly html: string;
}

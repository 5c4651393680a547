import type { Probe } from "../../core/probe.ts";
import type { Held } from "../../core/readiness/holds.ts";
import type { Report } from "../../core/report.ts";
import type { Identity } from "../../core/seams.ts";
import type { AxisSpan, LongSpan } from "./axis-window.ts";
import type { Markup } from "./markup.ts";
import type { PastTurns } from "./past-turns.ts";
import type { ChangesRenderer } from "./render-changes.ts";

/** The description of the service and of this instance. */
export interface ServiceDescription {
  /** The heading of the page. Maximum 200 characters. Default: "Service status". */
  readonly name?: string;
  /** Maximum 200 characters. The page does not show it if details are hidden; extended metrics do. */
  readonly version?: string;
  /**
   * The name of this instance, in visible ASCII characters, maximum 200. Default: `<hostname>:<pid>`; in a
   * cluster, all workers have the primary's.
   */
  readonly instance?: string;
  /** Related pages: dashboards, logs, runbooks. Not shown if details are hidden. */
  readonly links?: readonly ServiceLink[];
  /** What to do if the service is not OK: an http or https URL. Not shown if details are hidden. */
  readonly runbook?: string;
}

/** A link of the status page. */
export interface ServiceLink {
  readonly title: string;
  /** http, https, mailto, or relative to the page. */
  readonly url: string;
}

/** The data that all viewers of the page share. */
export interface PageSource {
  readonly service: ServiceDescription;
  readonly probe: Probe;
  /** The instance that answers. */
  readonly getIdentity: () => Identity;
  /** The path of the report, without any prefix. */
  readonly path: string;
  /** The path to change the probe; `undefined` if the page has no controls. */
  readonly controlPath: string | undefined;
}

/** The permissions and the selection of one group of viewers. */
export interface PageView {
  /** `false`: only names and states. */
  readonly details: boolean;
  /** Whether the page shows who changed the probe, to clients that may change it too. */
  readonly seesWho: boolean;
  /** Whether the page has buttons to change the probe. */
  readonly controls: boolean;
  /** The selected handlers. Empty: all handlers. */
  readonly names: readonly string[];
  /** Whether the page may show the recorded history. Default: no. */
  readonly past?: boolean;
  /** The span of the axes, if it needs the recorded history. */
  readonly span?: LongSpan;
  /** Selects the handlers that the updates list, if the page lists only some. Default: the worst. */
  readonly filter?: PageFilter;
}

/** Selects the visible handlers. It hides the others and changes nothing else. */
export interface PageFilter {
  readonly text: string;
  readonly states: readonly string[];
}

/** The data of a page at one moment. */
export interface PageScene {
  readonly source: PageSource;
  readonly view: PageView;
  readonly report: Report;
  readonly changes: ChangesRenderer;
  /**
   * The current time, for ages. Default: the page shows exact times, and the client replaces them with ages.
   */
  readonly now?: number;
  /** Whether `LINES` replaces the lines of changes. Default: no. */
  readonly isLive?: boolean;
  readonly filter?: PageFilter;
  /** The span of the axes. Default: `DEFAULT_SPAN`. */
  readonly span?: AxisSpan;
  /** The recorded states in the span. Default: those in memory alone. */
  readonly past?: PastTurns | undefined;
  /** The handlers that readiness holds. Default: none. */
  readonly held?: Held;
}

/** A piece of the page that the client replaces as a whole. Its `data-key` attribute contains the key. */
export interface PagePart {
  readonly key: string;
  readonly html: string;
  /**
   * The lines of its lists of changes, newest first. A reader receives each line only once, so `html` contains `LINES`
   * instead. Default: no lists.
   */
  readonly logs?: readonly (readonly Markup[])[];
}

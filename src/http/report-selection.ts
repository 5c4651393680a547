import type { SharedReport } from "./share-report.ts";

/** A request for the report, independent of its format. */
export interface ReportSelection {
  /** Whether the client may see details. */
  readonly details: boolean;
  /** The handlers to show. Empty: all handlers. */
  readonly names: readonly string[];
  /** Additional headers of the response, such as `Vary`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Runs the handlers that a request shows. Rejects with UnknownHandlerError. */
export type LoadReport = (selection: ReportSelection) => Promise<SharedReport>;

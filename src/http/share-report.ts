import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Report } from "../core/report.ts";
import type { StatusResponse } from "./message.ts";

/** A report, and what has been written of it. */
export interface SharedReport {
  readonly report: Report;
  /** What `write` makes of the report, written once for all who want it under this key. */
  toResponse(key: string, write: () => StatusResponse): StatusResponse;
}

/**
 * The report on all handlers, for requests that lie ready at the same time. It begins at the end of this turn of the
 * event loop, when all of them have been read: one run answers them, and none gets what was known before it asked.
 */
export function createReportSharing(
  registry: Pick<StatusRegistry, "getReport">,
): () => Promise<SharedReport> {
  let coming: Promise<SharedReport> | undefined;

  async function makeReport(): Promise<SharedReport> {
    await endOfTurn();
    coming = undefined;
    return toShared(await registry.getReport());
  }

  return function getSharedReport() {
    coming ??= makeReport();
    return coming;
  };
}

export function toShared(report: Report): SharedReport {
  const responses = new Map<string, StatusResponse>();
  return {
    report,
    toResponse(key, write) {
      const response = responses.get(key) ?? write();
      responses.set(key, response);
      return response;
    },
  };
}

type AtEndOfTurn = (run: () => void) => unknown;

// Taken when this is loaded: a test that fakes timers later keeps no request waiting. Not every runtime has one.
const atEndOfTurn =
  (globalThis as { readonly setImmediate?: AtEndOfTurn }).setImmediate ?? ((run: () => void) => run());

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => atEndOfTurn(resolve));
}

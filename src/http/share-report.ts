import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Report } from "../core/report.ts";
import type { StatusResponse } from "./message.ts";

/** A report with its cached responses. */
export interface SharedReport {
  readonly report: Report;
  /** Returns the response for this key. Calls `write` only if there is none yet. */
  toResponse(key: string, write: () => StatusResponse): StatusResponse;
}

/**
 * Shares one report of all handlers among requests that arrive at the same time. The run starts at the end of
 * this turn of the event loop, when all of them have been read, so no request gets a result that is older
 * than the request.
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

// Read at load time, so that tests that fake timers later do not block requests. Not every runtime has it.
const atEndOfTurn =
  (globalThis as { readonly setImmediate?: AtEndOfTurn }).setImmediate ?? ((run: () => void) => run());

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => atEndOfTurn(resolve));
}

import type { StatusHandler } from "../../src/core/handler.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { Report } from "../../src/core/report.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";
import type { Logger } from "../../src/util/logger.ts";

/** A name with what its handler returns, whether that is a status or not. */
export type NamedStatus = readonly [name: string, returns: unknown];

/** A registry whose clock stands at 2026-01-01T00:00:00Z, and whose handlers return what is given. */
export function registryOf(
  handlers: readonly NamedStatus[],
  { clock = createFakeClock(), logger }: { clock?: FakeClock; logger?: Logger } = {},
): StatusRegistry {
  const registry = createStatusRegistry({ clock, ...(logger && { logger }) });
  for (const [name, returns] of handlers) {
    registry.addStatusHandler(name, (() => returns) as StatusHandler);
  }
  return registry;
}

/** The report of handlers that return what is given. */
export function reportOf(...handlers: readonly NamedStatus[]): Promise<Report> {
  return registryOf(handlers).getReport();
}

/** A logger that remembers what it was told, each line behind its level. */
export function createRecordingLogger(): Logger & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    info: (message) => void lines.push(`info: ${message}`),
    warn: (message) => void lines.push(`warn: ${message}`),
    error: (message) => void lines.push(`error: ${message}`),
  };
}

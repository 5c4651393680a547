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
export interface RecordingLogger extends Logger {
  readonly lines: readonly string[];
  /** Resolves as soon as the next line comes. */
  untilNext(): Promise<void>;
}

export function createRecordingLogger(): RecordingLogger {
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  const add = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
    for (const resolve of waiting.splice(0)) resolve();
  };
  return {
    lines,
    untilNext: () => new Promise((resolve) => void waiting.push(resolve)),
    info: add("info"),
    warn: add("warn"),
    error: add("error"),
  };
}

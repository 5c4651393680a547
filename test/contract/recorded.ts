import type { StatusHandler } from "../../src/core/handler.ts";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import recorded from "../fixtures/lovely-ws-status-1.0.0.json" with { type: "json" };
import type { Sent } from "./wire.ts";

/** What was once asked of lovely-ws-status 1.0.0, in this order, with the handlers that it had. */
export interface RecordedScene {
  readonly title: string;
  createOptions(): ServiceStatusOptions;
  readonly requests: readonly Sent[];
}

export const RECORDED_SCENES: readonly RecordedScene[] = Object.entries(recorded).map(
  ([title, { handlers, exchanges }]) => ({
    title,
    createOptions() {
      const registry = createStatusRegistry({ clock: createFakeClock() });
      for (const { name, returns } of handlers)
        registry.addStatusHandler(name, (() => returns) as StatusHandler);
      return { registry, probe: createProbe() };
    },
    requests: exchanges.map(({ request: { method, path, headers } }) => ({
      method,
      target: path,
      headers: headers as Sent["headers"] & object,
    })),
  }),
);

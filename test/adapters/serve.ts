import type { RequestListener } from "node:http";
import { onTestFinished } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { listen, type Running } from "../contract/listen.ts";
import { type Received, type Sent, send } from "../contract/wire.ts";

export type Ask = (request: string, sent?: Omit<Sent, "method" | "target">) => Promise<Received>;

/** Serves a listener until the test is over. `ask("GET /svc_status")` asks it. */
export async function serve(listener: RequestListener): Promise<Ask> {
  return askUntilTheEnd(await listen(listener));
}

export function askUntilTheEnd({ port, close }: Running): Ask {
  onTestFinished(close);
  return function ask(request, sent) {
    const [method = "", target = ""] = request.split(" ");
    return send(port, { method, target, ...sent });
  };
}

/** A registry with one handler, and a probe. */
export function createOptions(): ServiceStatusOptions {
  const registry = createStatusRegistry();
  registry.addStatusHandler("Database", () => ({ state: "OK" }));
  return { registry, probe: createProbe() };
}

export const REPORT = { status: 200, body: "Database\tOK\n" };

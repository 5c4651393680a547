import { getProbeSeams } from "../core/seams.ts";
import { failExpectation } from "../options/expect.ts";
import { runConsumers } from "./consumers/run-consumers.ts";
import { warnOfKeepAlive } from "./keep-alive.ts";
import { createObserver } from "./observer.ts";
import { type DrainOptions, resolveDrainOptions } from "./options.ts";
import { createPhases, type DrainHooks } from "./phases.ts";
import type { DrainReport } from "./report.ts";
import { createRequests } from "./requests.ts";
import { type Cause, runDrain } from "./run.ts";
import { type DrainableServer, isGrpc, isNodeServer } from "./server-kind.ts";
import { watchServer } from "./servers.ts";
import { createStalls } from "./stalls.ts";

/** A single graceful shutdown: leaves the load balancer, then closes the servers. */
export interface Drain {
  /**
   * Decommissions, starts `onLeave`, waits until the balancers have left, closes the servers and calls
   * `onClose`. Never rejects. Further calls return the same promise.
   */
  start(reason?: string): Promise<DrainReport>;
  /**
   * Adds hooks, which run after the hooks of the options. You can call it at any time: during a drain, an
   * `onLeave` starts at once. Returns a function that removes the hooks if they have not started.
   *
   * @throws TypeError for invalid hooks.
   */
  add(hooks: DrainHooks): () => void;
  /** Stops watching the servers and the probe. Has no effect after `start()`. */
  dispose(): void;
}

/**
 * Prepares to drain servers. Call it before they listen, because it observes the probers and the traffic from
 * then on. It does not end the process; `drainOnSignals` does.
 *
 * @throws TypeError for invalid options.
 */
export function createDrain(
  servers: DrainableServer | readonly DrainableServer[],
  options: DrainOptions = {},
): Drain {
  const { begin, ...drain } = prepareDrain(servers, options);
  return { ...drain, start: (reason = "start") => begin({ reason }) };
}

/** A drain that can start with an error. */
export interface PreparedDrain extends Omit<Drain, "start"> {
  begin(cause: Cause): Promise<DrainReport>;
}

export function prepareDrain(
  servers: DrainableServer | readonly DrainableServer[],
  options: DrainOptions,
): PreparedDrain {
  const resolved = resolveDrainOptions(options);
  const hooks = createPhases(resolved);
  const list = toList(servers);
  const consumers = runConsumers(resolved);
  const stalls = createStalls(resolved.clock);
  const requests = createRequests(resolved.clock, stalls);
  const watched = list.map((server) =>
    watchServer(server, { onRequest: requests.record, onConnection: requests.recordConnection }),
  );
  const warnings = list.map((server) => warnOfKeepAlive(server, resolved));
  const seams = getProbeSeams(resolved.probe);
  const observer = createObserver({
    options: resolved,
    seams,
    requests,
    stalls,
    onLeaving(isLeaving) {
      for (const server of watched) server.setLeaving(isLeaving);
    },
  });
  let started: Promise<DrainReport> | undefined;

  function stopWatching(): void {
    for (const server of watched) server.stop();
    for (const stop of warnings) stop();
    observer.stop();
    stalls.stop();
    consumers.dispose();
  }

  return {
    begin(cause) {
      started ??= runDrain(cause, {
        options: resolved,
        seams,
        servers: watched,
        hooks,
        consumers,
        requests,
        observer,
        stopWatching,
      });
      return started;
    },
    add: hooks.add,
    dispose() {
      if (started === undefined) stopWatching();
    },
  };
}

function toList(servers: DrainableServer | readonly DrainableServer[]): readonly DrainableServer[] {
  const list: readonly DrainableServer[] = Array.isArray(servers)
    ? [...servers]
    : [servers as DrainableServer];
  for (const server of list) {
    if (isNodeServer(server) || isGrpc(server)) continue;
    failExpectation(
      "servers",
      "a server of node:http, node:https or node:http2, or an array of them",
      server,
    );
  }
  return list;
}

import type { Socket } from "node:net";
import { isOwn } from "../http/own-requests.ts";
import type { Clock } from "../util/clock.ts";
import type { EndOfRequest } from "./connections.ts";
import { createFreshConnections } from "./fresh-connections.ts";
import { NEVER_STALLED, type Stalls } from "./stalls.ts";
import { createTraffic, type TrafficSummary } from "./traffic.ts";

/** The ordinary requests of the servers: requests that no view of svc-status answers. */
export interface Requests {
  /** Records a request that arrives. Returns a function to call when it has ended. */
  record(request: object): EndOfRequest;
  recordConnection(socket: Socket): void;
  /** Resets the count to 0. If `isCounting`, requests that arrive from now on count when they have been answered. */
  setCounting(isCounting: boolean): void;
  /** Number of counted requests. */
  readonly served: number;
  readonly lastRequestAt: number | undefined;
  /** When the newest open connection without a request was opened. */
  readonly lastConnectionAt: number | undefined;
  summarize(now: number): TrafficSummary;
}

export function createRequests(clock: Clock, stalls: Pick<Stalls, "measure"> = NO_STALLS): Requests {
  const traffic = createTraffic();
  const fresh = createFreshConnections();
  /** The requests that have not ended. */
  const undecided = new Map<object, Arrival>();
  let isCounting = false;
  let served = 0;

  /** Only the end of a request shows whether a view has answered it. Until then, the request counts as traffic. */
  function recordTraffic(request: object): void {
    const arrival = undecided.get(request);
    undecided.delete(request);
    if (arrival !== undefined && !isOwn(request)) traffic.record(arrival.at, arrival.stalledMs);
  }

  return {
    record(request) {
      const isCounted = isCounting;
      const at = clock.monotonicNow();
      undecided.set(request, { at, stalledMs: stalls.measure(at).totalMs });
      fresh.recordRequest(request);
      return function recordEnd(isAnswered) {
        recordTraffic(request);
        if (isCounted && isAnswered && !isOwn(request)) served += 1;
      };
    },
    recordConnection(socket) {
      fresh.record(socket, clock.monotonicNow());
    },
    setCounting(newIsCounting) {
      isCounting = newIsCounting;
      served = 0;
    },
    get served() {
      return served;
    },
    get lastRequestAt() {
      return traffic.lastRequestAt;
    },
    get lastConnectionAt() {
      return fresh.lastAt;
    },
    summarize(now) {
      for (const request of [...undecided.keys()]) recordTraffic(request);
      return traffic.summarize(now, stalls.measure(now).totalMs);
    },
  };
}

interface Arrival {
  readonly at: number;
  /** The total time that the event loop was blocked until then. */
  readonly stalledMs: number;
}

const NO_STALLS: Pick<Stalls, "measure"> = { measure: () => NEVER_STALLED };

import type { Clock } from "../util/clock.ts";
import { handOver } from "./hand-over.ts";
import { type Endless, fromWebSocket } from "./streams/endless.ts";
import type { WebSockets } from "./streams/options.ts";
import { createSpread } from "./streams/spread.ts";
import type { EndlessSetup, WatchedServer } from "./watched-server.ts";

/** Interval between searches for idle connections and endless responses. */
const LOOK_EVERY_MS = 50;

export interface ClosingSetup {
  /** Timeout for requests in flight. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Ends the streams of the views. Called when clients can no longer reopen them. */
  readonly endStreams: () => void;
  readonly tests: EndlessSetup["tests"];
  /** Time over which endless responses and connections are ended. */
  readonly spreadMs: number;
  readonly websockets?: WebSockets | undefined;
  /** Called with each endless response or connection that cannot be ended. */
  readonly onFailure: (message: string) => void;
}

/** The results for the requests and connections that were open when the servers closed. */
export interface Closing {
  readonly requestsCut: number;
  readonly streamsEnded: number;
  readonly socketsClosed: number;
}

/** Resolves when all connections have ended or been cut. */
export function closeServers(servers: readonly WatchedServer[], setup: ClosingSetup): Promise<Closing> {
  const { timeoutMs, clock, endStreams, tests, spreadMs, websockets, onFailure } = setup;
  const spread = createSpread({ startedAt: clock.monotonicNow(), spreadMs, onFailure });

  return new Promise((resolve) => {
    let cancelLook = clock.startTimer(0, look);
    const cancelCut = clock.startTimer(timeoutMs, () =>
      end(servers.reduce((sum, server) => sum + server.cut(spread.hasEnded), 0)),
    );

    function look(): void {
      const now = clock.monotonicNow();
      // A connection is idle after its last response, and would stay open for its keep-alive time.
      for (const server of servers) server.endIdle(now);
      spread.endDue(findEndless(), now);
      cancelLook = clock.startTimer(LOOK_EVERY_MS, look);
    }

    function findEndless(): readonly Endless[] {
      const retryMs = Math.round(MEAN_RETRY_MS * (0.5 + clock.random()));
      const clients = Array.from(websockets?.clients ?? [], fromWebSocket);
      const known = new Set(clients.map(({ identity }) => identity));
      const found = servers.flatMap((server) => server.findEndless({ tests, retryMs }));
      return [...clients, ...found.filter(({ identity }) => !known.has(identity))];
    }

    function end(requestsCut: number): void {
      cancelLook();
      cancelCut();
      const { streamsEnded, socketsClosed } = spread;
      resolve({ requestsCut, streamsEnded, socketsClosed });
    }

    const closed = servers.map((server) => server.close());
    void Promise.all([...closed, handOver()]).then(() => end(0));
    endStreams();
  });
}

/** Clients of event streams reconnect within half and one and a half times this. */
const MEAN_RETRY_MS = 1_000;

import type { Clock } from "../util/clock.ts";
import type { WatchedServer } from "./servers.ts";

/** Interval between searches for idle connections. */
const LOOK_EVERY_MS = 50;

export interface ClosingSetup {
  /** Time-out for requests in flight. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Ends the streams of the views. Called when clients can no longer reopen them. */
  readonly endStreams: () => void;
}

/** Resolves when all connections have ended or been cut, with the number of requests cut. */
export function closeServers(
  servers: readonly WatchedServer[],
  { timeoutMs, clock, endStreams }: ClosingSetup,
): Promise<number> {
  return new Promise((resolve) => {
    let cancelLook = clock.startTimer(LOOK_EVERY_MS, look);
    const cancelCut = clock.startTimer(timeoutMs, () =>
      end(servers.reduce((sum, server) => sum + server.cut(), 0)),
    );

    /** A connection is idle after its last response, and would stay open for its keep-alive time. */
    function look(): void {
      for (const server of servers) server.endIdle(clock.monotonicNow());
      cancelLook = clock.startTimer(LOOK_EVERY_MS, look);
    }

    function end(requestsCut: number): void {
      cancelLook();
      cancelCut();
      resolve(requestsCut);
    }

    void Promise.all(servers.map((server) => server.close())).then(() => end(0));
    endStreams();
  });
}

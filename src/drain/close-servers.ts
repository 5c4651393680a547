import { endOpenStreams } from "../http/open-streams.ts";
import type { Clock } from "../util/clock.ts";
import type { WatchedServer } from "./servers.ts";

/** How often connections that have become idle are looked for. */
const LOOK_EVERY_MS = 50;

export interface ClosingSetup {
  /** How long requests in flight may take. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Resolves when every connection has ended or was cut, with the number of requests that were cut. */
export function closeServers(
  servers: readonly WatchedServer[],
  { timeoutMs, clock }: ClosingSetup,
): Promise<number> {
  return new Promise((resolve) => {
    let cancelLook = clock.startTimer(LOOK_EVERY_MS, look);
    const cancelCut = clock.startTimer(timeoutMs, () =>
      end(servers.reduce((sum, server) => sum + server.cut(), 0)),
    );

    /** A connection that has just ended its last answer is idle, and would stay open for its keep-alive time. */
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
    // Not before: nobody can open one again now.
    endOpenStreams();
  });
}

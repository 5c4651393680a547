import type { Endless } from "./streams/endless.ts";
import type { StreamsOptions } from "./streams/options.ts";

export interface EndlessSetup {
  readonly tests: Required<Pick<StreamsOptions, "isEndless" | "endsByItself">>;
  /** Time after which the client of an event stream reconnects. */
  readonly retryMs: number;
}

/** A server with its connections and requests. */
export interface WatchedServer {
  /** While `true`, each response ends its connection, so that clients with kept-alive connections move. */
  setLeaving(isLeaving: boolean): void;
  /** Accepts the connections that clients have opened already, because `close` would reset them. */
  acceptWaiting(isInTime: () => boolean): Promise<void>;
  /** Stops listening and ends idle connections. Resolves when the last connection has ended. */
  close(): Promise<void>;
  /** Number of HTTP/1 connections without a request, whose clients may send another one. */
  readonly idleConnections: number;
  /** Ends connections that have become idle since then. Call it repeatedly. */
  endIdle(now: number): void;
  /** The open responses and connections that do not end by themselves. */
  findEndless(setup: EndlessSetup): readonly Endless[];
  /**
   * Ends all remaining connections. Returns the number of requests and upgraded connections cut, without those
   * that `hasEnded`.
   */
  cut(hasEnded?: (identity: object) => boolean): number;
  /** Stops watching and removes all listeners. */
  stop(): void;
}

import type { DrainContext } from "../hooks.ts";

/** Counts of a consumer since it stopped taking work. */
export interface ConsumerResult {
  /** Number of jobs that it finished. Missing: unknown. */
  readonly finished?: number;
  /** Number of jobs that it returned to the broker, which delivers them again. Missing: unknown. */
  readonly left?: number;
}

/** A client that takes work from a queue. */
export interface Consumer {
  /** Its name in the report and in log lines. */
  readonly name: string;
  /** Stops taking work. The drain calls it at once, in parallel with `onLeave`. */
  stop(context: DrainContext): unknown;
  /**
   * Resolves when all work has ended, ideally with a `ConsumerResult`. When `context.signal` aborts, it must
   * return the rest to the broker and resolve within about a second.
   */
  finish(context: DrainContext): unknown;
  /** Takes work again after the probe is commissioned. Required with `onDecommission`. */
  resume?(): unknown;
  /**
   * Whether it stops while the probe is decommissioned by hand too.
   * @default false
   */
  readonly onDecommission?: boolean;
}

/** Options that all ready-made consumers share. */
export interface ConsumerOptions {
  /** Its name in the report and in log lines. */
  readonly name?: string;
  /** Counts each finished job, for the `progress` handler. */
  readonly progress?: { done(): void };
}

/** Options of consumers that can take work again. */
export interface ResumableOptions extends ConsumerOptions {
  /**
   * Whether it stops while the probe is decommissioned by hand too, and takes work again afterwards.
   * @default false
   */
  readonly onDecommission?: boolean;
}

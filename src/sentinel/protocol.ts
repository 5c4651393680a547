import type { AddressInfo } from "node:net";
import type { Standing } from "../core/readiness/rule.ts";
import type { ChangeCounts } from "../core/registry/track.ts";
import type { Identity } from "../core/seams.ts";
import type { ResolvedOptions } from "../http/options.ts";
import type { LogEvent } from "../util/log-events.ts";
import type { Logger } from "../util/logger.ts";
import type { SentChange } from "../wire/sent-change.ts";
import type { SentEntry } from "../wire/sent-entry.ts";

/** Maximum number of changes per handler that the sentinel remembers. The page shows no more. */
export const MAX_SENT_HISTORY = 100;

/** The start data of the sentinel's thread. */
export interface ThreadData {
  readonly counters: SharedArrayBuffer;
  readonly probe: SharedArrayBuffer;
  /** The instance that the main thread belongs to. */
  readonly identity: Identity;
  readonly port: number;
  readonly host: string | undefined;
  readonly views: Omit<ResolvedOptions, "registry" | "probe">;
  readonly publishMs: number;
  readonly wedgedAfterMs: number;
  readonly exitAfterMs: number | undefined;
  /** The style and the script of the status page, which the package contains once. */
  readonly assets: PageAssets;
}

export type PageAssets = Readonly<
  Record<"PAGE_STYLE" | "PAGE_STYLE_HASH" | "PAGE_SCRIPT" | "PAGE_SCRIPT_HASH", string>
>;

export function isThreadData(data: unknown): data is ThreadData {
  return (data as Partial<ThreadData> | null | undefined)?.counters instanceof SharedArrayBuffer;
}

/** A message from the main thread to the sentinel. */
export type ToSentinel =
  | SentReport
  | { readonly kind: "news"; readonly news: readonly SentNews[] }
  | { readonly kind: "probe" };

/** The differences since the last round. */
export interface SentReport {
  readonly kind: "report";
  /** All handlers in order of registration; missing if they have not changed. */
  readonly names?: readonly string[];
  readonly entries: readonly SentEntry[];
  /** Handlers that ran again with the same result. */
  readonly rechecked: readonly SentRecheck[];
  /** The history of handlers that are new to the sentinel. */
  readonly memories: readonly SentMemory[];
}

export type SentRecheck = readonly [name: string, checkedAt: number, durationMs: number];

export interface SentMemory {
  readonly name: string;
  readonly history: readonly SentChange[];
  readonly counts: ChangeCounts;
  /** Missing if the registry is closed, or wraps another. */
  readonly standing?: Standing;
}

/** A handler's state has changed. */
export interface SentNews {
  readonly change: SentChange;
  readonly counts: ChangeCounts;
  /** Number of the handler's changes in the registry's history, including this one. */
  readonly remembered: number;
}

/** A message from the sentinel to the main thread. */
export type ToMain =
  | { readonly kind: "listening"; readonly address: AddressInfo }
  | { readonly kind: "failed"; readonly message: string; readonly code: string | undefined }
  | { readonly kind: "probe" }
  | SentProbeAnswer
  | {
      readonly kind: "log";
      readonly level: keyof Logger;
      readonly event: LogEvent;
      readonly message: string;
    };

/** A client has requested the sentinel's probe. */
export interface SentProbeAnswer {
  readonly kind: "probeAnswered";
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
}

import type { AddressInfo } from "node:net";
import type { ChangeCounts } from "../core/registry/track.ts";
import type { ServiceStatusOptions } from "../http/options.ts";
import type { Logger } from "../util/logger.ts";
import type { SentChange } from "../wire/sent-change.ts";
import type { SentEntry } from "../wire/sent-entry.ts";

/** So many changes of each handler the sentinel remembers at most; the page shows no more. */
export const MAX_SENT_HISTORY = 100;

/** What the sentinel's thread begins with. */
export interface ThreadData {
  readonly counters: SharedArrayBuffer;
  readonly probe: SharedArrayBuffer;
  readonly port: number;
  readonly host: string | undefined;
  readonly views: Pick<ServiceStatusOptions, "service" | "svcStatus" | "probeStatus" | "healthProbes">;
  /** Where the report is; `undefined` where it is not served. */
  readonly reportPath: string | undefined;
  readonly publishMs: number;
  readonly wedgedAfterMs: number;
  readonly exitAfterMs: number | undefined;
}

export function isThreadData(data: unknown): data is ThreadData {
  return (data as Partial<ThreadData> | null | undefined)?.counters instanceof SharedArrayBuffer;
}

/** What the main thread tells the sentinel. */
export type ToSentinel =
  | SentReport
  | { readonly kind: "news"; readonly news: readonly SentNews[] }
  | { readonly kind: "probe" };

/** What has become different since the last round. */
export interface SentReport {
  readonly kind: "report";
  /** All handlers, in order of registration; missing where they are the same as before. */
  readonly names?: readonly string[];
  readonly entries: readonly SentEntry[];
  /** Handlers that were asked again and said the same. */
  readonly rechecked: readonly SentRecheck[];
  /** What is remembered of handlers that the sentinel has not heard of before. */
  readonly memories: readonly SentMemory[];
}

export type SentRecheck = readonly [name: string, checkedAt: number, durationMs: number];

export interface SentMemory {
  readonly name: string;
  readonly history: readonly SentChange[];
  readonly counts: ChangeCounts;
}

/** A handler's state has changed. */
export interface SentNews {
  readonly change: SentChange;
  readonly counts: ChangeCounts;
  /** How many changes of the handler the registry remembers, this one among them. */
  readonly remembered: number;
}

/** What the sentinel tells the main thread. */
export type ToMain =
  | { readonly kind: "listening"; readonly address: AddressInfo }
  | { readonly kind: "failed"; readonly message: string; readonly code: string | undefined }
  | { readonly kind: "probe" }
  | SentQuestion
  | { readonly kind: "log"; readonly level: keyof Logger; readonly message: string };

/** Somebody has asked the sentinel's probe. */
export interface SentQuestion {
  readonly kind: "asked";
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
}

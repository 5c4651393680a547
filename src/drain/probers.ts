import type { Logger } from "../core/logger.ts";
import { replaceControlCharacters } from "../core/text.ts";
import { createTrouble } from "../core/trouble.ts";
import type { StatusRequest } from "../http/message.ts";

/** More are not remembered: whoever asks under ever new names must not fill the memory. */
export const MAX_PROBERS = 1_000;

/** Two questions further apart belong to no rhythm: somebody has looked by hand. */
export const MAX_PROBE_INTERVAL_MS = 60_000;

const PROBER_ID_TROUBLE = {
  what: "proberId failed, the prober goes by its address",
  recovery: "proberId works again",
};

const REMEMBERED_GAPS = 8;
const MAX_ID_LENGTH = 300;
const MAX_LABEL_LENGTH = 100;

/** Somebody who asks the probe again and again. */
export interface Prober {
  readonly id: string;
  /** For people: what it calls itself, or its address. */
  readonly label: string;
  /** The usual time between two questions; `undefined` while there was only one. */
  readonly intervalMs: number | undefined;
  readonly lastAskedAt: number;
  /** How often it has been refused since the decommissioning, and with which code the last time. */
  readonly refusals: number;
  readonly refusedWith: number | undefined;
  /** When it had been refused often enough; `undefined` before. */
  readonly convincedAt: number | undefined;
}

interface KnownProber extends Prober {
  readonly gapsMs: readonly number[];
}

export interface Probers {
  note(request: StatusRequest, answer: { readonly status: number; readonly now: number }): void;
  /** From now on refusals count, or do not. Those before are forgotten, and so is who has not asked for long. */
  setCounting(isCounting: boolean, now: number): void;
  readonly list: readonly Prober[];
}

export interface ProbersSetup {
  readonly redsSeen: number;
  readonly proberId?: (request: StatusRequest) => string | undefined;
  readonly logger?: Logger;
}

/** Remembers who asks the probe, how often, and what they have been answered. */
export function createProbers({ redsSeen, proberId = toProberId, logger }: ProbersSetup): Probers {
  const known = new Map<string, KnownProber>();
  const trouble = createTrouble({ ...PROBER_ID_TROUBLE, getLogger: () => logger });
  let isCounting = false;

  function toId(request: StatusRequest): string | undefined {
    try {
      const id = proberId(request)?.slice(0, MAX_ID_LENGTH);
      trouble.worked();
      return id;
    } catch (error) {
      trouble.failed(error);
      return toProberId(request);
    }
  }

  return {
    note(request, { status, now }) {
      const id = toId(request);
      if (id === undefined) return;
      const before = known.get(id);
      const refusedWith = isCounting && status !== 200 ? status : undefined;
      // Deleted and set again, the map is in the order of the last questions, and its first is the oldest.
      known.delete(id);
      known.set(id, toNext(before, { id, label: toLabel(request), now, refusedWith, redsSeen }));
      const [oldest] = known.keys();
      if (known.size > MAX_PROBERS && oldest !== undefined) known.delete(oldest);
    },
    setCounting(newIsCounting, now) {
      isCounting = newIsCounting;
      for (const [id, prober] of known) {
        if (now - prober.lastAskedAt > MAX_PROBE_INTERVAL_MS) known.delete(id);
        else known.set(id, { ...prober, refusals: 0, refusedWith: undefined, convincedAt: undefined });
      }
    },
    get list() {
      return [...known.values()];
    },
  };
}

interface Question {
  readonly id: string;
  readonly label: string;
  readonly now: number;
  readonly refusedWith: number | undefined;
  readonly redsSeen: number;
}

function toNext(before: KnownProber | undefined, question: Question): KnownProber {
  const { id, label, now, refusedWith, redsSeen } = question;
  const gapsMs = before === undefined ? [] : toGaps(before, now);
  const refusals = (before?.refusals ?? 0) + (refusedWith === undefined ? 0 : 1);
  return {
    id,
    label,
    gapsMs,
    intervalMs: toMedian(gapsMs),
    lastAskedAt: now,
    refusals,
    refusedWith: refusedWith ?? before?.refusedWith,
    convincedAt: before?.convincedAt ?? (refusals >= redsSeen ? now : undefined),
  };
}

function toGaps(before: KnownProber, now: number): readonly number[] {
  const gapMs = now - before.lastAskedAt;
  return gapMs > MAX_PROBE_INTERVAL_MS ? [] : [...before.gapsMs, gapMs].slice(-REMEMBERED_GAPS);
}

function toMedian(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** Its port is another one with each connection, so the address must do. */
function toProberId(request: StatusRequest): string {
  return `${request.remoteAddress ?? ""} ${request.header("user-agent") ?? ""}`;
}

function toLabel(request: StatusRequest): string {
  // HAProxy says who it is with `http-check send-state` only; else it sends no User-Agent.
  const isHaproxy = request.header("x-haproxy-server-state") !== undefined;
  const product = request.header("user-agent")?.split(/[\s/]/, 1)[0] ?? "";
  const label = isHaproxy ? "HAProxy" : product || request.remoteAddress || "unknown";
  return replaceControlCharacters(label.slice(0, MAX_LABEL_LENGTH));
}

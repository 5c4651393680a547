import type { StatusRequest } from "../http/message.ts";
import type { Logger } from "../util/logger.ts";
import { replaceControlCharacters } from "../util/text.ts";
import { createTrouble } from "../util/trouble.ts";
import {
  addRequest,
  interrupt,
  isSteady,
  MAX_GAP_MS,
  NO_RHYTHM,
  type Rhythm,
  toIntervalMs,
} from "./rhythm.ts";

/** Maximum number of probers that are remembered, whatever names somebody asks under. */
export const MAX_PROBERS = 1_000;

/** A prober that was first seen less than this before the decommissioning proves nothing. */
const KNOWN_AFTER_MS = 3_000;

/** If others answer a part of the requests there is no rhythm, and the number of requests has to do. */
const ESTABLISHED_REQUESTS = 5;

const PROBER_ID_TROUBLE = {
  what: "proberId failed, the prober goes by its address",
  recovery: "proberId works again",
};

const MAX_ID_LENGTH = 300;
const MAX_LABEL_LENGTH = 100;

/** Somebody who asks the probe again and again. */
export interface Prober {
  readonly id: string;
  /** For people: what it calls itself, or its address. */
  readonly label: string;
  /** The longest time between two of its requests that must be reckoned with; `undefined` after a single request. */
  readonly intervalMs: number | undefined;
  /** Its rhythm was known well before the decommissioning. */
  readonly isKnown: boolean;
  readonly lastAskedAt: number;
  /** How often it has been refused since the decommissioning, and with which code the last time. */
  readonly refusals: number;
  readonly refusedWith: number | undefined;
  /** When it has been refused often enough in its own rhythm; `undefined` before it was refused often enough. */
  readonly convincedAt: number | undefined;
}

interface KnownProber extends Prober {
  readonly rhythm: Rhythm;
  /** The last request before the decommissioning; `undefined` if there was none. */
  readonly askedBeforeAt: number | undefined;
  /** When the refusals came that count: no faster than its rhythm allows. */
  readonly countedAt: readonly number[];
}

export interface Probers {
  note(request: StatusRequest, answer: { readonly status: number; readonly now: number }): void;
  /**
   * From now on refusals count, or do not. Those before are forgotten, and so are probers that have not asked for long.
   * While they count, nothing is learned about the probers that are known.
   */
  setCounting(isCounting: boolean, now: number): void;
  readonly list: readonly Prober[];
  /** `false`: more probers asked before the decommissioning than can be remembered. */
  readonly isComplete: boolean;
}

export interface ProbersSetup {
  readonly redsSeen: number;
  /** Others answer a part of each prober's requests, so that none has a rhythm here. */
  readonly isShared?: boolean;
  readonly proberId?: (request: StatusRequest) => string | undefined;
  readonly logger?: Logger;
}

/** Remembers who asks the probe, how often, and what they have been answered. */
export function createProbers(setup: ProbersSetup): Probers {
  const { redsSeen, isShared = false, proberId = toProberId, logger } = setup;
  // Nobody takes the place of an established prober. Both maps are in the order of the last requests.
  const established = new Map<string, KnownProber>();
  const others = new Map<string, KnownProber>();
  const trouble = createTrouble({ ...PROBER_ID_TROUBLE, getLogger: () => logger });
  let isCounting = false;
  let forgottenAt = Number.NEGATIVE_INFINITY;
  let isComplete = true;

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

  function learn(prober: KnownProber, now: number): KnownProber {
    // What was known before the decommissioning cannot become less by what is seen after it.
    if (prober.askedBeforeAt !== undefined && prober.intervalMs !== undefined)
      return { ...prober, lastAskedAt: now };
    const rhythm = addRequest(prober.rhythm, now);
    const intervalMs = isShared || isCounting ? rhythm.longestMs[0] : toIntervalMs(rhythm);
    return { ...prober, rhythm, lastAskedAt: now, intervalMs };
  }

  function isEstablished({ rhythm }: KnownProber): boolean {
    return isShared ? rhythm.requests >= ESTABLISHED_REQUESTS : rhythm.steadyMs !== undefined;
  }

  function isKnownAt(prober: KnownProber, now: number): boolean {
    const { rhythm } = prober;
    const hasRhythm = isShared ? isEstablished(prober) : isSteady(rhythm);
    return hasRhythm && now - rhythm.firstAt >= KNOWN_AFTER_MS;
  }

  function remember(prober: KnownProber, now: number): void {
    established.delete(prober.id);
    others.delete(prober.id);
    // From the decommissioning on, newcomers take the place of nobody who was there before.
    const isKept = isCounting ? prober.askedBeforeAt !== undefined : isEstablished(prober);
    if (isKept) forgetGone(now);
    const hasRoom = established.size < MAX_PROBERS;
    (isKept && hasRoom ? established : others).set(prober.id, prober);
    if (established.size + others.size > MAX_PROBERS) forgetOldest(now);
  }

  function forgetGone(now: number): void {
    const [oldest] = established.values();
    if (oldest !== undefined && now - oldest.lastAskedAt > MAX_GAP_MS) established.delete(oldest.id);
  }

  function forgetOldest(now: number): void {
    const [oldest] = others.values();
    if (oldest === undefined) return;
    others.delete(oldest.id);
    if (!isCounting && now - oldest.lastAskedAt <= MAX_GAP_MS) forgottenAt = now;
  }

  function getAll(): readonly KnownProber[] {
    return [...established.values(), ...others.values()];
  }

  return {
    note(request, { status, now }) {
      const id = toId(request);
      if (id === undefined) return;
      const before = established.get(id) ?? others.get(id) ?? { ...UNKNOWN, id };
      const asked = { ...learn(before, now), label: toLabel(request) };
      remember(isCounting && status !== 200 ? refuse(asked, { status, now, redsSeen }) : asked, now);
    },
    setCounting(newIsCounting, now) {
      isCounting = newIsCounting;
      isComplete = now - forgottenAt > MAX_GAP_MS;
      const all = getAll().filter(({ lastAskedAt }) => now - lastAskedAt <= MAX_GAP_MS);
      established.clear();
      others.clear();
      for (const prober of all) {
        remember(
          {
            ...prober,
            ...UNREFUSED,
            rhythm: isCounting ? prober.rhythm : interrupt(prober.rhythm),
            askedBeforeAt: isCounting ? prober.lastAskedAt : undefined,
            isKnown: isCounting && isKnownAt(prober, now),
          },
          now,
        );
      }
    },
    get list() {
      return getAll();
    },
    get isComplete() {
      return isComplete;
    },
  };
}

const UNREFUSED = {
  refusals: 0,
  refusedWith: undefined,
  convincedAt: undefined,
  countedAt: [],
  isKnown: false,
  askedBeforeAt: undefined,
} satisfies Partial<KnownProber>;

const UNKNOWN: Omit<KnownProber, "id"> = {
  ...UNREFUSED,
  label: "",
  intervalMs: undefined,
  lastAskedAt: 0,
  rhythm: NO_RHYTHM,
};

interface Refusal {
  readonly status: number;
  readonly now: number;
  readonly redsSeen: number;
}

function refuse(prober: KnownProber, { status, now, redsSeen }: Refusal): KnownProber {
  const { refusals, countedAt, convincedAt, intervalMs = 0 } = prober;
  const lastCountedAt = countedAt.at(-1) ?? Number.NEGATIVE_INFINITY;
  const counts = countedAt.length < redsSeen && now - lastCountedAt >= intervalMs / 2;
  const next = { ...prober, refusals: refusals + 1, refusedWith: status };
  if (!counts || convincedAt !== undefined) return next;
  const nowCountedAt = [...countedAt, now];
  return {
    ...next,
    countedAt: nowCountedAt,
    convincedAt: nowCountedAt.length < redsSeen ? undefined : toConvincedAt(prober, nowCountedAt),
  };
}

/**
 * Some of the refusals may have been those of others under the same identity. From its last request on, though, the
 * prober itself asks at least once in each interval.
 */
function toConvincedAt({ askedBeforeAt, intervalMs = 0 }: KnownProber, countedAt: readonly number[]): number {
  const [first = 0] = countedAt;
  const last = countedAt.at(-1) ?? first;
  const startedAt = askedBeforeAt ?? first - intervalMs;
  return Math.max(last, startedAt + countedAt.length * intervalMs);
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

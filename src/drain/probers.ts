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

/** Maximum number of probers to remember. It also limits clients that send many identities. */
export const MAX_PROBERS = 1_000;

/** A prober that was first seen less than this before the decommissioning is no evidence. */
const KNOWN_AFTER_MS = 3_000;

/** If other workers answer some of the requests, there is no rhythm, so the number of requests decides. */
const ESTABLISHED_REQUESTS = 5;

const PROBER_ID_TROUBLE = {
  what: "proberId failed, the prober goes by its address",
  recovery: "proberId works again",
};

const MAX_ID_LENGTH = 300;
const MAX_LABEL_LENGTH = 100;

/** A client that requests the probe repeatedly. */
export interface Prober {
  readonly id: string;
  /** The name for logs: its product, or its address. */
  readonly label: string;
  /** The maximum expected time between two of its requests; `undefined` after a single request. */
  readonly intervalMs: number | undefined;
  /** Its interval was known well before the decommissioning. */
  readonly isKnown: boolean;
  readonly lastAskedAt: number;
  /** Number of refusals since the decommissioning, and the status code of the last one. */
  readonly refusals: number;
  readonly refusedWith: number | undefined;
  /**
   * When it will have been refused often enough at its own interval; `undefined` if there are too few
   * refusals.
   */
  readonly convincedAt: number | undefined;
}

interface KnownProber extends Prober {
  readonly rhythm: Rhythm;
  /** The last request before the decommissioning; `undefined` if there was none. */
  readonly askedBeforeAt: number | undefined;
  /** The times of the refusals that count: no faster than its rhythm allows. */
  readonly countedAt: readonly number[];
}

export interface Probers {
  note(request: StatusRequest, answer: { readonly status: number; readonly now: number }): void;
  /**
   * Starts or stops counting refusals. Forgets earlier refusals and probers that have been silent for long.
   * While it counts, it learns nothing new about known probers.
   */
  setCounting(isCounting: boolean, now: number): void;
  readonly list: readonly Prober[];
  /** `false`: there were more probers before the decommissioning than can be remembered. */
  readonly isComplete: boolean;
}

export interface ProbersSetup {
  readonly redsSeen: number;
  /** Other workers answer some of each prober's requests, so none has a rhythm here. */
  readonly isShared?: boolean;
  readonly proberId?: (request: StatusRequest) => string | undefined;
  readonly logger?: Logger;
}

/** Records the clients of the probe, their intervals and their responses. */
export function createProbers(setup: ProbersSetup): Probers {
  const { redsSeen, isShared = false, proberId = toProberId, logger } = setup;
  // New probers never displace an established one. Both maps are ordered by last request.
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
    // Requests after the decommissioning do not change an interval that was learned before it.
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
    // After the decommissioning, new probers do not displace earlier ones.
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
 * Other clients with the same identity may have received some of the refusals. The prober itself sends at
 * least one request in each interval after its last known request.
 */
function toConvincedAt({ askedBeforeAt, intervalMs = 0 }: KnownProber, countedAt: readonly number[]): number {
  const [first = 0] = countedAt;
  const last = countedAt.at(-1) ?? first;
  const startedAt = askedBeforeAt ?? first - intervalMs;
  return Math.max(last, startedAt + countedAt.length * intervalMs);
}

/** Uses the address without the port, because the port changes with each connection. */
function toProberId(request: StatusRequest): string {
  return `${request.remoteAddress ?? ""} ${request.header("user-agent") ?? ""}`;
}

function toLabel(request: StatusRequest): string {
  // HAProxy identifies itself only with `http-check send-state`. By default, it sends no User-Agent.
  const isHaproxy = request.header("x-haproxy-server-state") !== undefined;
  const product = request.header("user-agent")?.split(/[\s/]/, 1)[0] ?? "";
  const label = isHaproxy ? "HAProxy" : product || request.remoteAddress || "unknown";
  return replaceControlCharacters(label.slice(0, MAX_LABEL_LENGTH));
}

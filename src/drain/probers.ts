import type { StatusRequest } from "../http/message.ts";
import { type Logger, log } from "../util/logger.ts";
import { createTrouble } from "../util/trouble.ts";
import {
  isEstablished,
  isKnownAt,
  type KnownProber,
  learn,
  type Prober,
  refuse,
  UNKNOWN,
  UNREFUSED,
} from "./prober.ts";
import { createProberMemory } from "./prober-memory.ts";
import { isFromKubelet, toLabel, toProberId } from "./prober-name.ts";
import { interrupt, isSteady, MAX_GAP_MS } from "./rhythm.ts";
import { NEVER_STALLED, type Stalled } from "./stalls.ts";

const PROBER_ID_TROUBLE = {
  event: "prober-id",
  what: "proberId failed, using the prober's address",
  recovery: "proberId works again",
} as const;

const MAX_ID_LENGTH = 300;

/** Longer than any platform waits by default. */
const MAX_SENSIBLE_WAIT_MS = 60_000;

/** Unknown clients may probe too, under any number of names. */
const MAX_SLOW_WARNINGS = 5;

export interface Probers {
  record(request: StatusRequest, answer: Answered): void;
  /**
   * Starts or stops counting refusals. Forgets earlier refusals and probers that have been silent for long.
   * While it counts, it learns nothing new about known probers.
   */
  setCounting(isCounting: boolean, now: number): void;
  readonly list: readonly Prober[];
  /** `false`: there were more probers before the decommissioning than can be remembered. */
  readonly isComplete: boolean;
}

export interface Answered {
  readonly status: number;
  readonly now: number;
  /** Default: the event loop was never blocked. */
  readonly stalled?: Stalled;
}

export interface ProbersSetup {
  readonly redsSeen: number;
  /** Maximum wait for the probers. */
  readonly capMs?: number;
  /** Other workers answer some of each prober's requests, so none has a rhythm here. */
  readonly isShared?: boolean;
  readonly proberId?: (request: StatusRequest) => string | undefined;
  readonly logger?: Logger;
}

/** Records the clients of the probe, their intervals and their responses. */
export function createProbers(setup: ProbersSetup): Probers {
  const { redsSeen, isShared = false, capMs = Number.POSITIVE_INFINITY, logger } = setup;
  const toId = createToId(setup);
  const memory = createProberMemory();
  let isCounting = false;
  let forgottenAt = Number.NEGATIVE_INFINITY;
  let isComplete = true;
  let warnings = 0;

  function remember(prober: KnownProber, now: number): void {
    // After the decommissioning, new probers do not displace earlier ones.
    const isKept = isCounting ? prober.probedBeforeAt !== undefined : isEstablished(prober, isShared);
    const forgotten = memory.set(prober, { isEstablished: isKept, now });
    if (forgotten === undefined || isCounting) return;
    if (now - forgotten.lastProbedAt <= MAX_GAP_MS) forgottenAt = now;
  }

  /** Warns once of a prober that a drain would not wait for, when its interval is learned. */
  function warnOfSlow(prober: KnownProber): KnownProber {
    const { isWarnedOf, isKubelet, rhythm, intervalMs = 0, label } = prober;
    const neededMs = intervalMs * redsSeen;
    const limitMs = Math.min(capMs, MAX_SENSIBLE_WAIT_MS);
    if (isCounting || isWarnedOf || isKubelet || !isSteady(rhythm) || neededMs <= limitMs) return prober;
    warnings += 1;
    if (warnings > MAX_SLOW_WARNINGS) return prober;
    const [interval, needed, limit] = [intervalMs, neededMs, limitMs].map((ms) => Math.round(ms / 1_000));
    log(
      logger,
      "warn",
      "prober-slow",
      `${label} probes every ${interval} s and sees ${redsSeen} failures after ${needed} s, but a drain waits at most ${limit} s: requests that it sends later are lost. Let a load balancer probe more often, and exclude a monitor with proberId`,
    );
    return { ...prober, isWarnedOf: true };
  }

  function toPhase(prober: KnownProber, now: number): KnownProber {
    return {
      ...prober,
      ...UNREFUSED,
      rhythm: isCounting ? prober.rhythm : interrupt(prober.rhythm),
      probedBeforeAt: isCounting ? prober.lastProbedAt : undefined,
      isKnown: isCounting && isKnownAt(prober, { now, isShared }),
    };
  }

  return {
    record(request, { status, now, stalled = NEVER_STALLED }) {
      const id = toId(request);
      if (id === undefined) return;
      const before = memory.get(id) ?? { ...UNKNOWN, id };
      const probed = warnOfSlow({
        ...learn(before, { now, stalled, isShared, isCounting }),
        label: toLabel(request),
        isKubelet: before.isKubelet && isFromKubelet(request),
      });
      remember(isCounting && status !== 200 ? refuse(probed, { status, now, redsSeen }) : probed, now);
    },
    setCounting(newIsCounting, now) {
      isCounting = newIsCounting;
      isComplete = now - forgottenAt > MAX_GAP_MS;
      const recent = memory.all.filter(({ lastProbedAt }) => now - lastProbedAt <= MAX_GAP_MS);
      memory.clear();
      for (const prober of recent) remember(toPhase(prober, now), now);
    },
    get list() {
      return memory.all;
    },
    get isComplete() {
      return isComplete;
    },
  };
}

/** Identifies a prober by its address if the application's function fails. */
function createToId({
  proberId = toProberId,
  logger,
}: ProbersSetup): (request: StatusRequest) => string | undefined {
  const trouble = createTrouble({ ...PROBER_ID_TROUBLE, getLogger: () => logger });
  return function toId(request) {
    try {
      const id = proberId(request)?.slice(0, MAX_ID_LENGTH);
      trouble.worked();
      return id;
    } catch (error) {
      trouble.failed(error);
      return toProberId(request);
    }
  };
}

import type { StatusRequest } from "../http/message.ts";
import type { Logger } from "../util/logger.ts";
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
import { interrupt, MAX_GAP_MS } from "./rhythm.ts";

const PROBER_ID_TROUBLE = {
  what: "proberId failed, using the prober's address",
  recovery: "proberId works again",
};

const MAX_ID_LENGTH = 300;

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
  const { redsSeen, isShared = false } = setup;
  const toId = createToId(setup);
  const memory = createProberMemory();
  let isCounting = false;
  let forgottenAt = Number.NEGATIVE_INFINITY;
  let isComplete = true;

  function remember(prober: KnownProber, now: number): void {
    // After the decommissioning, new probers do not displace earlier ones.
    const isKept = isCounting ? prober.askedBeforeAt !== undefined : isEstablished(prober, isShared);
    const forgotten = memory.set(prober, { isEstablished: isKept, now });
    if (forgotten === undefined || isCounting) return;
    if (now - forgotten.lastAskedAt <= MAX_GAP_MS) forgottenAt = now;
  }

  function toPhase(prober: KnownProber, now: number): KnownProber {
    return {
      ...prober,
      ...UNREFUSED,
      rhythm: isCounting ? prober.rhythm : interrupt(prober.rhythm),
      askedBeforeAt: isCounting ? prober.lastAskedAt : undefined,
      isKnown: isCounting && isKnownAt(prober, { now, isShared }),
    };
  }

  return {
    note(request, { status, now }) {
      const id = toId(request);
      if (id === undefined) return;
      const before = memory.get(id) ?? { ...UNKNOWN, id };
      const asked = {
        ...learn(before, { now, isShared, isCounting }),
        label: toLabel(request),
        isKubelet: before.isKubelet && isFromKubelet(request),
      };
      remember(isCounting && status !== 200 ? refuse(asked, { status, now, redsSeen }) : asked, now);
    },
    setCounting(newIsCounting, now) {
      isCounting = newIsCounting;
      isComplete = now - forgottenAt > MAX_GAP_MS;
      const recent = memory.all.filter(({ lastAskedAt }) => now - lastAskedAt <= MAX_GAP_MS);
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

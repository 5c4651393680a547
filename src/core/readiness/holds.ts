import { type Clock, MAX_TIMER_MS } from "../../util/clock.ts";
import { toElapsedText } from "../../util/elapsed-text.ts";
import { type Logger, log } from "../../util/logger.ts";
import { type FindJudged, isHeld, type Judged, type ReadinessRule, toNextExpiryMs } from "./rule.ts";

/** The handlers that are RED but that readiness does not count, and how long each has been RED. */
export type Held = ReadonlyMap<string, number>;

/** The handlers that readiness holds in one registry. */
export interface Holds {
  /** Sets the rule by which readiness is served. Without one, nothing is held. */
  setRule(rule: ReadinessRule | undefined): void;
  /** Evaluated at the time of the call. */
  getHeld(): Held;
}

export interface HoldsSetup {
  /** The names of the critical handlers. */
  readonly getNames: () => Iterable<string>;
  readonly find: FindJudged;
}

/** The handlers that readiness holds, without logging. */
export function createHolds({
  getNames,
  find,
}: HoldsSetup): Holds & { readonly rule: ReadinessRule | undefined } {
  let rule: ReadinessRule | undefined;
  return {
    get rule() {
      return rule;
    },
    setRule(newRule) {
      rule = newRule;
    },
    getHeld() {
      const held = new Map<string, number>();
      if (rule === undefined || rule.shared === "count") return held;
      for (const name of getNames()) {
        const judged = find(name);
        const redForMs = judged?.standing.redForMs;
        if (judged !== undefined && redForMs !== undefined && isHeld(judged, rule, find))
          held.set(name, redForMs);
      }
      return held;
    },
  };
}

export interface LoggedHoldsSetup extends HoldsSetup {
  readonly clock: Clock;
  readonly getLogger: () => Logger | undefined;
}

export interface LoggedHolds extends Holds {
  /** Logs which handlers begin or stop being held. Call it after each change. */
  review(): void;
  stop(): void;
}

/**
 * The handlers that readiness holds, with one log line when it begins to hold a handler and one when it ends.
 * A background timer detects holds that expire while no state changes.
 */
export function createLoggedHolds({ clock, getLogger, ...setup }: LoggedHoldsSetup): LoggedHolds {
  const { getNames, find } = setup;
  const holds = createHolds(setup);
  let before: Held = new Map();
  let cancelTimer = (): void => {};
  let isStopped = false;

  function review(): void {
    const { rule } = holds;
    if (rule === undefined) return;
    const held = holds.getHeld();
    for (const name of held.keys()) if (!before.has(name)) logBegin(name, rule);
    for (const name of before.keys()) if (!held.has(name)) logEnd(name, find(name));
    before = held;
    cancelTimer();
    if (held.size > 0) cancelTimer = startTimer(rule);
  }

  function startTimer(rule: ReadinessRule): () => void {
    const standings = [...getNames(), ...toCauses()].flatMap((name) => find(name)?.standing ?? []);
    const delayMs = toNextExpiryMs(standings, rule);
    if (delayMs === undefined) return () => {};
    return clock.startTimer(Math.min(Math.ceil(delayMs), MAX_TIMER_MS), review, { background: true });
  }

  /** Non-critical handlers may be causes too. */
  function toCauses(): readonly string[] {
    return [...before.keys()].flatMap((name) => find(name)?.dependsOn ?? []);
  }

  function logBegin(name: string, { shared, holdMs }: ReadinessRule): void {
    const limit = shared === "hold" ? ` until it has lasted ${holdMs / 1_000} s` : "";
    log(getLogger(), "warn", "readiness-held", `${name}: readiness is held, its RED does not count${limit}`);
  }

  function logEnd(name: string, judged: Judged | undefined): void {
    const [level, why] = toEnd(judged);
    log(getLogger(), level, "readiness-released", `${name}: readiness is no longer held, ${why}`);
  }

  return {
    review,
    getHeld: holds.getHeld,
    setRule(rule) {
      if (isStopped) return;
      holds.setRule(rule);
      review();
    },
    stop() {
      isStopped = true;
      cancelTimer();
      holds.setRule(undefined);
    },
  };
}

function toEnd(judged: Judged | undefined): readonly [level: keyof Logger, why: string] {
  if (judged === undefined) return ["info", "the handler was removed"];
  const { redForMs } = judged.standing;
  if (redForMs === undefined) return ["info", "it is not RED"];
  return ["error", `its RED counts after ${toElapsedText(redForMs)}`];
}

import { toDurationText } from "../../util/duration-text.ts";
import type { Declared, NumberName, Platform } from "./fields.ts";
import { type Numbers, resolveNumbers } from "./numbers.ts";
import { PLATFORMS, type PlatformFacts } from "./platforms.ts";

/** `error`: the setup cannot work. `warning`: it works until another failure occurs. */
export type Severity = "error" | "warning";

/** A problem in the numbers. */
export interface Finding {
  readonly severity: Severity;
  /** The problem, with the arithmetic. */
  readonly text: string;
  /** The action to take. */
  readonly remedy: string;
  /**
   * The same action as numbers. Without a value, the number is removed. After the actions of all findings, no
   * problem remains.
   */
  readonly set: Changes;
}

export type Changes = { readonly [Name in NumberName]?: Declared[Name] | undefined };

/** A problem, and the numbers that must change. All values come from one set, so none conflict. */
export interface Found extends Pick<Finding, "severity" | "text"> {
  readonly names: readonly NumberName[];
  /** Replaces the text that is derived from the numbers. */
  readonly remedy?: string;
  /** An alternative. */
  readonly or?: string | undefined;
}

/** The input of a rule. */
export interface Case {
  readonly numbers: Numbers;
  readonly facts: PlatformFacts | undefined;
  /** How many times a probe waits for the handlers before it has its answer. */
  readonly handlerRounds: number;
  /** `probeTimeoutMs 1s (the default of Kubernetes)` */
  say(name: NumberName): string;
}

/** Finds one problem. If a number that it needs is unknown, it returns `undefined`. */
export type DiagnosisRule = (given: Case) => Found | undefined;

export function toCase(declared: Declared, platform?: Platform): Case {
  const facts = platform && PLATFORMS[platform];
  const platformDefaults = facts?.toDefaults(declared) ?? {};
  const numbers = resolveNumbers(declared, platformDefaults);
  const ofPlatform = numbers.probeRunsHandlers === false ? 0 : (facts?.handlerRounds ?? 0);
  const rounds = Math.max(ofPlatform, numbers.requireHealthy ? 1 : 0);
  return {
    numbers,
    facts,
    handlerRounds: numbers.handlerIntervalMs === undefined ? rounds : 0,
    say(name) {
      const value = numbers[name];
      const shown = typeof value === "number" && name.endsWith("Ms") ? toDurationText(value) : value;
      if (declared[name] !== undefined) return `${name} ${shown}`;
      const own = name === "keepAliveTimeoutMs" ? "Node.js" : "svc-status";
      const origin = facts !== undefined && name in platformDefaults ? facts.title : own;
      return `${name} ${shown} (the default of ${origin})`;
    },
  };
}

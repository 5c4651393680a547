import { renderDuration } from "../duration.ts";
import { type Declared, type NumberName, type Numbers, resolveNumbers, toOrigin } from "./numbers.ts";
import { PLATFORMS, type Platform, type PlatformFacts } from "./platforms.ts";

/** `error`: it cannot work. `warning`: it works until something else happens. */
export type Severity = "error" | "warning";

/** Something that is wrong with the numbers. */
export interface Finding {
  readonly severity: Severity;
  /** What is wrong, with the arithmetic. */
  readonly text: string;
  /** What to do. */
  readonly remedy: string;
}

/** What a rule looks at. */
export interface Case {
  readonly numbers: Numbers;
  readonly platform: Platform | undefined;
  readonly facts: PlatformFacts | undefined;
  /** Whether the probe waits for handlers. */
  readonly waitsForHandlers: boolean;
  /** `probeTimeoutMs 1s (the default of Kubernetes)` */
  say(name: NumberName): string;
}

/** What a rule finds wrong. A rule whose numbers are not known finds nothing. */
export type Rule = (given: Case) => Finding | undefined;

export function toCase(declared: Declared, platform?: Platform): Case {
  const numbers = resolveNumbers(declared, platform);
  const facts = platform && PLATFORMS[platform];
  const asksHandlers = numbers.requireHealthy || facts?.asksHandlers === true;
  return {
    numbers,
    platform,
    facts,
    waitsForHandlers: asksHandlers && numbers.handlerIntervalMs === undefined,
    say(name) {
      const origin = toOrigin(name, declared, platform);
      const value = numbers[name];
      const shown = typeof value === "number" && name.endsWith("Ms") ? renderDuration(value) : value;
      return `${name} ${shown}${origin === undefined ? "" : ` (the default of ${origin})`}`;
    },
  };
}

import fc from "fast-check";
import type { HandlerOptions } from "../../src/core/handler-options.ts";
import type { State } from "../../src/core/state.ts";

/** What a handler does from now on, each time it is asked. */
export interface Behaviour {
  readonly kind: "report" | "throw" | "reject" | "invalid" | "hang";
  readonly state: State;
  /** How long it takes. 0: it answers at once, without a promise where it can. */
  readonly delayMs: number;
}

export type Step =
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "ask"; readonly names: readonly string[] | undefined }
  | { readonly kind: "wait"; readonly name: string; readonly state: State; readonly timeoutMs: number }
  | { readonly kind: "behave"; readonly name: string; readonly behaviour: Behaviour }
  /** The calls of all handlers that hang are answered. */
  | { readonly kind: "release" }
  /** Adds the handler, or replaces it. */
  | { readonly kind: "add"; readonly name: string; readonly options: HandlerOptions }
  | { readonly kind: "remove"; readonly name: string }
  /** The wall clock is set. */
  | { readonly kind: "jump"; readonly ms: number };

export const NAMES = ["A", "B", "C", "D"] as const;

const name = fc.constantFrom(...NAMES);
const state = fc.constantFrom<State>("OK", "YELLOW", "RED");

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  kind: fc.constantFrom("report", "report", "report", "throw", "reject", "invalid", "hang"),
  state,
  delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 8_000 })),
});

/** Nothing that would be refused but circles, and those on purpose. */
const options: fc.Arbitrary<HandlerOptions> = fc.record(
  {
    critical: fc.boolean(),
    timeoutMs: fc.oneof(fc.integer({ min: 100, max: 10_000 }), fc.constantFrom(30_000, 70_000)),
    maxAgeMs: fc.integer({ min: 0, max: 20_000 }),
    intervalMs: fc.integer({ min: 1_000, max: 30_000 }),
    slowAfterMs: fc.integer({ min: 0, max: 5_000 }),
    failAfter: fc.integer({ min: 1, max: 4 }),
    recoverAfter: fc.integer({ min: 1, max: 4 }),
    dependsOn: fc.uniqueArray(fc.constantFrom(...NAMES, "Unknown"), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const add = fc.record({ kind: fc.constant("add" as const), name, options });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: passedMs() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      names: fc.option(fc.uniqueArray(name, { maxLength: 3 }), { nil: undefined, freq: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), name, state, timeoutMs: fc.nat(20_000) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("behave" as const), name, behaviour }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("release" as const) }) },
  { weight: 2, arbitrary: add },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), name }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("jump" as const),
      ms: fc.integer({ min: -3_600_000, max: 3_600_000 }),
    }),
  },
);

function passedMs(): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 1_000, max: 40_000 }));
}

/** What happens to a registry, one step after the other. */
export interface Schedule {
  readonly steps: readonly Step[];
  /** What happens between the recovery and the end. */
  readonly lastSteps: readonly Step[];
  /** Feeds the jitter. */
  readonly randoms: readonly number[];
}

export const schedule: fc.Arbitrary<Schedule> = fc
  .record({
    handlers: fc.array(add, { minLength: 1, maxLength: NAMES.length }),
    events: fc.array(step, { minLength: 5, maxLength: 40 }),
    lastSteps: fc.array(step, { maxLength: 10 }),
    randoms: fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: 1, maxLength: 5 }),
  })
  .map(({ handlers, events, ...rest }) => ({ ...rest, steps: [...handlers, ...events] }));

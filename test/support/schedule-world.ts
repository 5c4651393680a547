import type { Change } from "../../src/core/change.ts";
import type { HandlerContext } from "../../src/core/handler.ts";
import type { HandlerOptions } from "../../src/core/handler-options.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { Report } from "../../src/core/report.ts";
import type { Status } from "../../src/core/status.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";
import { type Behaviour, NAMES, type Schedule, type Step } from "./schedule.ts";

const DEFAULT_TIMEOUT_MS = 5_000;
const WORKS: Behaviour = { kind: "report", state: "OK", delayMs: 0 };

/** A call that has not settled. */
interface Call {
  readonly startedAt: number;
  readonly signal: AbortSignal;
  /** Settles it, where it hangs. */
  readonly answer: (() => void) | undefined;
}

/** A call at the moment it began. */
export interface CallStart {
  readonly atMs: number;
  /** How many older ones were still within their deadline. */
  readonly olderInTime: number;
  /** How many calls, this one too, have begun since one settled. */
  readonly sinceSettled: number;
}

/** One registration: a name may have several, one after the other. */
export interface Registration {
  readonly name: string;
  readonly timeoutMs: number;
  readonly options: HandlerOptions;
  readonly unsettled: Set<Call>;
  readonly starts: CallStart[];
  sinceSettled: number;
}

/** By how much the wall clock had been set back in all, when a report was asked for and when it was answered. */
interface SetBack {
  readonly asked: number;
  readonly answered: number;
}

/** A report with its place in the order of things. */
export interface SeenReport {
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  readonly setBackMs: SetBack;
  readonly askedAfter: number;
  readonly order: number;
  readonly report: Report;
}

/** Everything that was seen, in order. */
export interface WorldRecord {
  readonly registrations: readonly Registration[];
  readonly reports: readonly SeenReport[];
  readonly changes: readonly {
    readonly order: number;
    readonly setBackMs: number;
    readonly change: Change;
  }[];
  readonly removals: readonly { readonly order: number; readonly name: string }[];
}

export interface World {
  readonly clock: FakeClock;
  readonly registry: StatusRegistry;
  readonly record: WorldRecord;
  /** The registrations in force. */
  readonly current: ReadonlyMap<string, Registration>;
  /** How many questions have not been answered. */
  openQuestions(): number;
  /** How many timers are not the registry's. */
  ownTimers(): number;
  take(step: Step): Promise<void>;
  /** From now on every handler is OK at once. */
  recover(options: { readonly alsoWhatHangs: boolean }): void;
}

/** A registry with handlers that do what a schedule says, and a record of what came of it. */
export function createWorld({ randoms }: Pick<Schedule, "randoms">): World {
  let draws = 0;
  const random = (): number => randoms[draws++ % randoms.length] ?? 0.5;
  const clock = Object.assign(createFakeClock(), { random });
  const registry = createStatusRegistry({ clock });
  const behaviours = new Map<string, Behaviour>();
  const current = new Map<string, Registration>();
  const registrations: Registration[] = [];
  const reports: SeenReport[] = [];
  const changes: { order: number; setBackMs: number; change: Change }[] = [];
  const removals: { order: number; name: string }[] = [];
  let order = 0;
  let setBackMs = 0;
  let openQuestions = 0;
  let ownTimers = 0;
  registry.on("change", (change) => void changes.push({ order: ++order, setBackMs, change }));

  function createHandler(registration: Registration) {
    const { name, timeoutMs, unsettled, starts } = registration;
    return function handle({ signal }: HandlerContext): Status | Promise<Status> {
      const atMs = clock.monotonicNow();
      const olderInTime = [...unsettled].filter(({ startedAt }) => startedAt + timeoutMs > atMs).length;
      registration.sinceSettled += 1;
      starts.push({ atMs, olderInTime, sinceSettled: registration.sinceSettled });
      const { kind, state, delayMs } = behaviours.get(name) ?? WORKS;
      if (delayMs === 0 && kind !== "hang" && kind !== "reject") {
        registration.sinceSettled = 0;
        return answerAs(kind, state);
      }
      return new Promise((resolve, reject) => {
        function settle(): void {
          unsettled.delete(call);
          registration.sinceSettled = 0;
          try {
            resolve(answerAs(kind, state));
          } catch (error) {
            reject(error);
          }
        }
        const call: Call = { startedAt: atMs, signal, answer: kind === "hang" ? settle : undefined };
        unsettled.add(call);
        if (kind !== "hang") startOwnTimer(delayMs, settle);
      });
    };
  }

  function startOwnTimer(delayMs: number, run: () => void): void {
    ownTimers += 1;
    clock.startTimer(delayMs, () => {
      ownTimers -= 1;
      run();
    });
  }

  function ask<Answer>(question: Promise<Answer>, atAnswer: (answer: Answer) => void): void {
    openQuestions += 1;
    void question
      .then(atAnswer, () => {})
      .finally(() => {
        openQuestions -= 1;
      });
  }

  function askForReport(names: readonly string[] | undefined): void {
    const [askedAtMs, askedAfter, asked] = [clock.monotonicNow(), order, setBackMs];
    const known = names?.filter((name) => current.has(name));
    ask(registry.getReport(known && { names: known }), (report) => {
      const answered = { answeredAtMs: clock.monotonicNow(), setBackMs: { asked, answered: setBackMs } };
      reports.push({ askedAtMs, askedAfter, order: ++order, report, ...answered });
    });
  }

  function add(name: string, options: HandlerOptions): void {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const unsettled = new Set<Call>();
    const registration = { name, timeoutMs, options, unsettled, starts: [], sinceSettled: 0 };
    const namesBefore = registry.names.join();
    try {
      registry.addStatusHandler(name, createHandler(registration), options);
    } catch (error) {
      const isCircle = error instanceof TypeError && error.message.startsWith("dependsOn: expected no cycle");
      if (!isCircle || registry.names.join() !== namesBefore) throw error;
      return;
    }
    current.set(name, registration);
    registrations.push(registration);
  }

  function remove(name: string): void {
    if (registry.removeStatusHandler(name) !== current.delete(name)) throw new Error(`${name}: not in step`);
    removals.push({ order: ++order, name });
  }

  function release(): void {
    for (const { unsettled } of registrations) for (const { answer } of [...unsettled]) answer?.();
  }

  const actions: { readonly [Kind in Step["kind"]]: (step: Extract<Step, { kind: Kind }>) => unknown } = {
    pass: ({ ms }) => clock.advance(ms),
    ask: ({ names }) => askForReport(names),
    wait: ({ name, state, timeoutMs }) => ask(registry.waitForStatus(name, state, { timeoutMs }), () => {}),
    behave: ({ name, behaviour }) => behaviours.set(name, behaviour),
    release,
    add: ({ name, options }) => add(name, options),
    remove: ({ name }) => remove(name),
    jump({ ms }) {
      clock.jump(ms);
      setBackMs += Math.max(0, -ms);
    },
  };

  return {
    clock,
    registry,
    record: { registrations, reports, changes, removals },
    current,
    openQuestions: () => openQuestions,
    ownTimers: () => ownTimers,
    async take(step) {
      await (actions[step.kind] as (step: Step) => unknown)(step);
    },
    recover({ alsoWhatHangs }) {
      for (const name of NAMES) behaviours.set(name, WORKS);
      if (alsoWhatHangs) release();
    },
  };
}

function answerAs(kind: Behaviour["kind"], state: Status["state"]): Status {
  if (kind === "throw" || kind === "reject") throw new Error("out of order");
  if (kind === "invalid") return { state: "banana" } as unknown as Status;
  return { state };
}

import { readOptions } from "../../options/read-options.ts";
import { FLAG } from "../../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../../options/shape.ts";
import type { Clock } from "../../util/clock.ts";
import { settleWithin } from "../../util/settle-within.ts";
import { UnknownHandlerError } from "../errors.ts";
import type { RegistryDeadlines } from "../pipeline/deadlines.ts";
import type { Entry, Report } from "../report.ts";
import type { State } from "../state.ts";
import type { Status } from "../status.ts";
import type { Ending } from "./ending.ts";
import type { Causes } from "./find-causes.ts";
import type { RegisteredHandler } from "./registered-handler.ts";
import { runHandlers } from "./run-handlers.ts";
import { expectState, type WaitOptions, waitUntil } from "./wait.ts";

/** Which handlers a report contains. */
export interface ReportOptions {
  /** Runs only these handlers. Default: all handlers. */
  readonly names?: readonly string[];
  /**
   * `true`: waiting for the report does not keep the process alive. For callers that request reports
   * repeatedly, such as pollers.
   * @default false
   */
  readonly background?: boolean;
}

const REPORT_OPTIONS: OptionShapes<ReportOptions, WithDefaults<ReportOptions, "names">> = {
  names: { kind: "code", expected: "an array of names", isRight: Array.isArray },
  background: { ...FLAG, default: false },
};

export interface ReportsSetup {
  readonly handlers: ReadonlyMap<string, RegisteredHandler>;
  readonly causes: Causes;
  readonly deadlines: RegistryDeadlines;
  readonly clock: Clock;
  readonly ending: Ending;
}

/** Everything that runs the handlers of a registry and waits for their results. */
export interface Reports {
  getStatus(name: string): Promise<Status>;
  isInState(name: string, state: State): Promise<boolean>;
  waitForStatus(name: string, state: State, options?: WaitOptions): Promise<boolean>;
  getReport(options?: ReportOptions): Promise<Report>;
  getKnownReport(waitMs: number, names?: readonly string[]): Promise<Report>;
  getFreshReport(names?: readonly string[]): Promise<Report>;
}

export function createReports({ handlers, causes, deadlines, clock, ending }: ReportsSetup): Reports {
  async function getStatus(name: string): Promise<Status> {
    const registered = handlers.get(name);
    const [entry] = registered === undefined ? [] : await runAwaited([registered]);
    if (entry === undefined) throw new UnknownHandlerError(name);
    return causes.explainEntry(entry).status;
  }

  async function isInState(name: string, state: State): Promise<boolean> {
    expectState(state);
    const status = await getStatus(name);
    return status.state === state;
  }

  async function waitForStatus(name: string, state: State, options: WaitOptions = {}): Promise<boolean> {
    expectState(state);
    return waitUntil({ isInState: () => isInState(name, state), clock, options, ending });
  }

  async function getReport(options: ReportOptions = {}): Promise<Report> {
    const { names, background } = readOptions(REPORT_OPTIONS, options);
    // A copy, because a handler may register others while it runs.
    const selected = names === undefined ? [...handlers.values()] : select(names);
    return causes.toReport(await (background ? runHandlers(selected, handlers) : runAwaited(selected)));
  }

  async function getKnownReport(waitMs: number, names?: readonly string[]): Promise<Report> {
    const present = names === undefined ? [...handlers.values()] : select(names);
    const running = runHandlers(
      present.filter(({ isBusy }) => !isBusy),
      handlers,
    );
    // A timeout is not a failure: the report then contains the last known entries.
    await settleWithin(running, waitMs, { clock, background: true }).catch(() => {});
    return causes.toReport(present.flatMap(({ name }) => handlers.get(name)?.known ?? []));
  }

  async function getFreshReport(names?: readonly string[]): Promise<Report> {
    const asked = names === undefined ? [...handlers.values()] : select(names);
    deadlines.hold();
    try {
      await Promise.all(asked.map((each) => each.runFresh()));
    } finally {
      deadlines.release();
    }
    return causes.toReport(asked.flatMap(({ name }) => handlers.get(name)?.known ?? []));
  }

  /** In order of registration, each handler once, regardless of the order of the names. */
  function select(names: readonly string[]): RegisteredHandler[] {
    const wanted = new Set<string>(names);
    for (const name of wanted) {
      if (!handlers.has(name)) throw new UnknownHandlerError(name);
    }
    return [...handlers.values()].filter(({ name }) => wanted.has(name));
  }

  /** Waiting keeps the process alive. Otherwise, it might exit before the results arrive. */
  async function runAwaited(selected: readonly RegisteredHandler[]): Promise<readonly Entry[]> {
    deadlines.hold();
    try {
      return await runHandlers(selected, handlers);
    } finally {
      deadlines.release();
    }
  }

  return { getStatus, isInState, waitForStatus, getReport, getKnownReport, getFreshReport };
}

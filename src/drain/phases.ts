import { readOptions } from "../options/read-options.ts";
import { FUNCTION } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import type { Clock } from "../util/clock.ts";
import type { HookFailure } from "./hooks.ts";
import {
  type AddedHook,
  type DrainContext,
  type DrainHook,
  runHooks,
  type StartedHooks,
  startHooks,
} from "./hooks.ts";

/** Hooks for the two phases of a drain. */
export interface DrainHooks {
  /** Starts at once, in parallel with the wait for the load balancers: stop taking jobs, deregister. */
  readonly onLeave?: DrainHook;
  /** Runs after the servers are closed and every `onLeave` has settled: close pools and queues. */
  readonly onClose?: DrainHook;
}

export interface PhasesSetup {
  readonly onLeave: readonly DrainHook[];
  readonly onClose: readonly DrainHook[];
  readonly clock: Clock;
}

/** Timeouts for the hooks, read when each phase starts. */
export interface HookTimes {
  getLeaveMs(): number;
  getCloseMs(): number;
}

/** The hooks of a drain, in order of addition. */
export interface Phases {
  /** Adds hooks. Returns a function that removes them. */
  add(hooks: DrainHooks): () => void;
  readonly hasOnClose: boolean;
  leave(context: DrainContext): void;
  /** Waits for `onLeave`, then calls `onClose`. */
  close(context: DrainContext, times: HookTimes): Promise<readonly HookFailure[]>;
}

const HOOKS: OptionShapes<DrainHooks, DrainHooks> = { onLeave: FUNCTION, onClose: FUNCTION };

export function createPhases({ onLeave, onClose, clock }: PhasesSetup): Phases {
  const leaving = new Set<AddedHook>(onLeave.map((call) => ({ call })));
  const closing = new Set<AddedHook>(onClose.map((call) => ({ call })));
  let started: StartedHooks | undefined;

  return {
    add(hooks) {
      const { onLeave: leave, onClose: close } = readOptions(HOOKS, hooks, "hooks");
      const toLeave = leave && { call: leave };
      const toClose = close && { call: close };
      if (toLeave) leaving.add(toLeave);
      if (toClose) closing.add(toClose);
      if (toLeave) started?.start(toLeave);
      return function remove() {
        if (toLeave) leaving.delete(toLeave);
        if (toClose) closing.delete(toClose);
      };
    },
    get hasOnClose() {
      return closing.size > 0;
    },
    leave(context) {
      started = startHooks({ hooks: leaving, context, clock });
    },
    async close(context, { getLeaveMs, getCloseMs }) {
      const left = (await started?.settle(getLeaveMs())) ?? [];
      const closed = await runHooks({ hooks: closing, context, timeoutMs: getCloseMs(), clock });
      return [
        ...left.map((failure) => ({ phase: "onLeave" as const, ...failure })),
        ...closed.map((failure) => ({ phase: "onClose" as const, ...failure })),
      ];
    },
  };
}

import type { Clock } from "./clock.ts";
import type { StatusHandler } from "./handler.ts";
import type { ResolvedHandlerOptions } from "./handler-options.ts";
import type { Outcome } from "./outcome.ts";
import { withDeadline } from "./pipeline/deadline.ts";
import { normalise } from "./pipeline/normalise.ts";
import { withSharing } from "./pipeline/share.ts";
import type { Entry } from "./report.ts";
import type { State } from "./state.ts";

/** A handler in its registry: the pipeline that asks it, and what is known of it. */
export interface RegisteredHandler {
  /** Asks the handler, or joins who is asking it. Never throws and never rejects. */
  ask(): Entry | Promise<Entry>;
  /** Removed: a run under way is aborted, and its waiters are answered. */
  readonly stopped: boolean;
  stop(): void;
}

export interface HandlerSetup {
  readonly name: string;
  readonly handler: StatusHandler;
  readonly options: ResolvedHandlerOptions;
  readonly clock: Clock;
}

export function createRegisteredHandler({ name, handler, options, clock }: HandlerSetup): RegisteredHandler {
  const { critical, scope, timeoutMs, maxAgeMs } = options;
  const deadline = withDeadline(normalise(handler), { name, timeoutMs, clock, background: false });
  const askPipeline = withSharing(deadline.ask, { maxAgeMs, clock });
  let state: State | undefined;
  let since = new Date(0);
  let lastOutcome: Outcome | undefined;
  let lastEntry: Entry | undefined;
  let stopped = false;

  function toEntry(outcome: Outcome): Entry {
    if (lastEntry !== undefined && outcome === lastOutcome) return lastEntry;
    const { status, reason, durationMs } = outcome;
    const checkedAt = new Date(outcome.checkedAt);
    if (status.state !== state) since = checkedAt;
    state = status.state;
    lastOutcome = outcome;
    lastEntry = { name, status, critical, scope, checkedAt, durationMs, since, ...(reason && { reason }) };
    return lastEntry;
  }

  return {
    ask() {
      const outcome = askPipeline();
      return outcome instanceof Promise ? outcome.then(toEntry) : toEntry(outcome);
    },
    get stopped() {
      return stopped;
    },
    stop() {
      stopped = true;
      deadline.stop();
    },
  };
}

import { constants } from "node:os";
import { expectObject, expectOneOf, failExpectation } from "../options/expect.ts";
import { shareAmongCopies } from "../util/copies.ts";
import { log } from "../util/logger.ts";
import { createDrain, type Drain } from "./drain.ts";
import { onSignal } from "./on-signal.ts";
import type { DrainOptions } from "./options.ts";
import type { DrainableServer } from "./servers.ts";

/** How the process ends after the drain. */
export interface SignalOptions extends DrainOptions {
  /**
   * The signals that start the drain.
   * @default ["SIGTERM", "SIGINT"]
   */
  readonly signals?: readonly NodeJS.Signals[];
  /**
   * `"signal"`: as the signal would have ended it, so that the exit status shows it. `"zero"`: with exit code 0, or 1
   * after a hook that failed or was overdue, and after a request that was cut.
   * `"none"`: not at all; the process ends when nothing is left to do.
   * @default "signal"
   */
  readonly exit?: "signal" | "zero" | "none";
}

/** The drain that waits for a signal. */
export interface SignalDrain extends Drain {
  /** Takes the signal handlers away, where no signal has come. */
  dispose(): void;
}

// A process with the number 1 cannot be killed by a signal that it does not handle: the kernel ignores it.
const PATIENCE_MS = 100;

/** The drains of this process that a signal has started and that have not ended: none may end it under another. */
const running = shareAmongCopies("drains", () => new Set<Drain>());

/** Whether a drain of this process has lost something. */
let hasFailed = false;

/**
 * Drains the servers on the first signal and then ends the process. A second signal ends it at once. Where it was
 * called several times, the drain that ends last decides how the process ends.
 *
 * @example
 * const server = createServer(app);
 * drainOnSignals(server, { logger: console, onClose: [() => pool.end()] });
 * server.listen(8080);
 * @throws TypeError for a mistake in the options.
 */
export function drainOnSignals(
  servers: DrainableServer | readonly DrainableServer[],
  options: SignalOptions = {},
): SignalDrain {
  expectObject("options", options);
  const { signals = ["SIGTERM", "SIGINT"], exit = "signal", ...drainOptions } = options;
  expectSignals(signals);
  const handled = new Set(signals);
  expectOneOf("exit", exit, ["signal", "zero", "none"]);
  const drain = createDrain(servers, drainOptions);
  let first: NodeJS.Signals | undefined;

  async function atSignal(signal: NodeJS.Signals): Promise<void> {
    if (first !== undefined) {
      log(options.logger, "warn", `${signal} while draining: ending at once`);
      return endAsSignalled(signal);
    }
    first = signal;
    running.add(drain);
    const { ok } = await drain.start(signal);
    hasFailed ||= !ok;
    running.delete(drain);
    if (exit === "none") return stopHandling();
    if (running.size > 0) return;
    if (exit === "zero") process.exit(hasFailed ? 1 : 0);
    endAsSignalled(signal);
  }

  const stopHandling = onSignal(handled, (signal) => void atSignal(signal));
  return {
    start: drain.start,
    add: drain.add,
    dispose() {
      if (first !== undefined) return;
      stopHandling();
      drain.dispose();
    },
  };
}

function expectSignals(signals: unknown): void {
  if (!Array.isArray(signals) || signals.length === 0)
    failExpectation("signals", 'an array of signal names such as "SIGTERM"', signals);
  for (const signal of signals) {
    if (Object.hasOwn(constants.signals, signal) && !DEADLY.includes(signal)) continue;
    failExpectation("signals", 'names of signals that can be handled, such as "SIGTERM"', signal);
  }
}

/** Nobody is asked before these. */
const DEADLY: readonly string[] = ["SIGKILL", "SIGSTOP"];

/** Raised again with nobody left to handle it, the signal does what it would have done. */
function endAsSignalled(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + constants.signals[signal]), PATIENCE_MS);
}

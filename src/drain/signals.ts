import { constants } from "node:os";
import { expectObject, expectOneOf, failExpectation } from "../options/expect.ts";
import { shareAmongCopies } from "../util/copies.ts";
import { log } from "../util/logger.ts";
import { createDrain, type Drain } from "./drain.ts";
import { onSignal } from "./on-signal.ts";
import type { DrainOptions } from "./options.ts";
import type { DrainableServer } from "./server-kind.ts";

/** Options for a drain on signals. */
export interface SignalOptions extends DrainOptions {
  /**
   * The signals that start the drain.
   * @default ["SIGTERM", "SIGINT"]
   */
  readonly signals?: readonly NodeJS.Signals[];
  /**
   * How the process ends. `"signal"`: killed by the signal, so that the exit status shows it. `"zero"`: with
   * exit code 0, or 1 if a hook failed or timed out or a request was cut. `"none"`: the drain does not end
   * the process, which exits when nothing keeps it alive.
   * @default "signal"
   */
  readonly exit?: "signal" | "zero" | "none";
}

/** A drain that a signal starts. */
export interface SignalDrain extends Drain {
  /** Removes the signal handlers. Has no effect after a signal. */
  dispose(): void;
}

// Delay before `process.exit()`. Process 1 needs that call, because the kernel ignores signals that it does
// not handle.
const PATIENCE_MS = 100;

/** The drains of this process that a signal has started. One must not end it while another one runs. */
const drains = shareAmongCopies("drains", () => ({ running: 0, haveFailed: false }));

/**
 * Drains the servers on the first signal and then ends the process. A second signal ends it at once. If you
 * call it several times, the drain that ends last decides how the process ends.
 *
 * @example
 * const server = createServer(app);
 * drainOnSignals(server, { logger: console, onClose: [() => pool.end()] });
 * server.listen(8080);
 * @throws TypeError for invalid options.
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
      log(options.logger, "warn", `${signal} while draining: exiting at once`);
      return endAsSignalled(signal);
    }
    first = signal;
    drains.running += 1;
    const { ok } = await drain.start(signal);
    drains.running -= 1;
    drains.haveFailed ||= !ok;
    if (exit === "none") return stopHandling();
    if (drains.running > 0) return;
    if (exit === "zero") process.exit(drains.haveFailed ? 1 : 0);
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

/** Signals that a process cannot handle. */
const DEADLY: readonly string[] = ["SIGKILL", "SIGSTOP"];

/** Raises the signal again without handlers, so that its default action ends the process. */
function endAsSignalled(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + constants.signals[signal]), PATIENCE_MS);
}

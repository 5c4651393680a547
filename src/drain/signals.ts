import { constants } from "node:os";
import { readOptions } from "../options/read-options.ts";
import { choice, FUNCTION } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { shareAmongCopies } from "../util/copies.ts";
import { describeError } from "../util/describe-error.ts";
import { type Logger, log } from "../util/logger.ts";
import { type Drain, prepareDrain } from "./drain.ts";
import { onSignal } from "./on-signal.ts";
import { DRAIN_OPTIONS, type DrainOptions, type ReadDrainOptions } from "./options.ts";
import type { Cause } from "./run.ts";
import type { DrainableServer } from "./server-kind.ts";
import { onTriggers, type Trigger } from "./triggers.ts";

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
  /**
   * Other events that start the drain. `"uncaughtException"` and `"unhandledRejection"`: an error that the
   * application did not handle. The report contains it, and the exit code is 1. Further errors are logged.
   * `"beforeExit"`: nothing keeps the process alive; the drain waits for no balancer.
   * @default []
   */
  readonly triggers?: readonly Trigger[];
  /**
   * A second signal ends the process at once (`"end"`), has no effect (`"ignore"`), or is passed to your
   * function. `npm` and terminals may both send the same signal.
   * @default "end"
   */
  readonly onSecondSignal?: "end" | "ignore" | ((signal: NodeJS.Signals) => void);
}

/** A drain that a signal starts. */
export interface SignalDrain extends Drain {
  /** Removes the signal handlers. Has no effect after a signal. */
  dispose(): void;
}

// Delay before `process.exit()`. Process 1 needs that call, because the kernel ignores signals that it does
// not handle.
const PATIENCE_MS = 100;

/** The drains of this process that a signal has started. A drain must not end the process while another one runs. */
const drains = shareAmongCopies("drains", () => ({ running: 0, haveFailed: false, haveCrashed: false }));

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
  const { handled, triggers, exit, onSecondSignal, drainOptions } = resolveSignalOptions(options);
  const { logger } = drainOptions;
  const drain = prepareDrain(servers, drainOptions);
  let first: NodeJS.Signals | undefined;
  let isStarted = false;

  function atSignal(signal: NodeJS.Signals): void {
    if (first !== undefined) {
      atSecondSignal(signal, { onSecondSignal, logger });
    } else {
      first = signal;
      if (!isStarted) void run({ reason: signal });
    }
  }

  function onError(trigger: Trigger, error: unknown): void {
    log(logger, "error", "drain-trigger", `${trigger}: ${describeError(error)}`);
    drains.haveCrashed = true;
    process.exitCode = 1; // it may end by itself
    if (!isStarted) void run({ reason: trigger, error });
  }

  function onIdle(): void {
    if (!isStarted) void run({ reason: "beforeExit", isIdle: true });
  }

  async function run(cause: Cause): Promise<void> {
    isStarted = true;
    drains.running += 1;
    const { ok } = await drain.begin(cause);
    drains.running -= 1;
    drains.haveFailed ||= !ok;
    if (exit === "none") stopAll();
    if (cause.isIdle) process.exitCode = ok ? process.exitCode : 1;
    else endProcess({ exit, signal: first });
  }

  const stopHandling = onSignal(handled, atSignal);
  const stopListening = onTriggers(triggers, { onError, onIdle });
  function stopAll(): void {
    stopHandling();
    stopListening();
  }

  return {
    start: (reason = "start") => drain.begin({ reason }),
    add: drain.add,
    dispose() {
      if (isStarted) return;
      stopAll();
      drain.dispose();
    },
  };
}

export type OwnOptions = Required<Omit<SignalOptions, keyof DrainOptions>>;

export const SIGNAL_OPTIONS: OptionShapes<SignalOptions, ReadDrainOptions & OwnOptions> = {
  ...DRAIN_OPTIONS,
  signals: {
    kind: "list",
    items: {
      kind: "code",
      expected: 'the name of a signal that can be handled, such as "SIGTERM"',
      isRight: isHandleable,
    },
    isNonEmpty: true,
    expected: 'an array of signal names such as "SIGTERM"',
    default: ["SIGTERM", "SIGINT"],
  },
  exit: { ...choice("signal", "zero", "none"), default: "signal" },
  triggers: {
    kind: "list",
    items: choice("uncaughtException", "unhandledRejection", "beforeExit"),
    default: [],
  },
  onSecondSignal: { kind: "either", shapes: [choice("end", "ignore"), FUNCTION], default: "end" },
};

interface ResolvedSignalOptions {
  readonly handled: ReadonlySet<NodeJS.Signals>;
  readonly triggers: ReadonlySet<Trigger>;
  readonly exit: Exit;
  readonly onSecondSignal: OnSecondSignal;
  readonly drainOptions: DrainOptions;
}

type Exit = NonNullable<SignalOptions["exit"]>;
type OnSecondSignal = NonNullable<SignalOptions["onSecondSignal"]>;

function resolveSignalOptions(options: SignalOptions): ResolvedSignalOptions {
  const { signals, triggers, exit, onSecondSignal } = readOptions(SIGNAL_OPTIONS, options);
  const { signals: _signals, triggers: _triggers, exit: _exit, onSecondSignal: _, ...drainOptions } = options;
  return { handled: new Set(signals), triggers: new Set(triggers), exit, onSecondSignal, drainOptions };
}

interface SecondSignal {
  readonly onSecondSignal: OnSecondSignal;
  readonly logger: Logger | undefined;
}

function atSecondSignal(signal: NodeJS.Signals, { onSecondSignal, logger }: SecondSignal): void {
  if (onSecondSignal === "end") {
    log(logger, "warn", "second-signal", `${signal} while draining: exiting at once`);
    endAsSignalled(signal);
  } else if (onSecondSignal !== "ignore") {
    try {
      onSecondSignal(signal);
    } catch (error) {
      log(logger, "error", "second-signal-option", `onSecondSignal failed: ${describeError(error)}`);
    }
  }
}

interface Ending {
  readonly exit: Exit;
  readonly signal: NodeJS.Signals | undefined;
}

/** Ends the process if this was its last drain. */
function endProcess({ exit, signal }: Ending): void {
  if (exit === "none" || drains.running > 0) return;
  const code = drains.haveCrashed || drains.haveFailed ? 1 : 0;
  if (exit === "zero" || drains.haveCrashed || signal === undefined) process.exit(code);
  endAsSignalled(signal);
}

function isHandleable(signal: unknown): boolean {
  return typeof signal === "string" && Object.hasOwn(constants.signals, signal) && !DEADLY.includes(signal);
}

/** Signals that a process cannot handle. */
const DEADLY: readonly string[] = ["SIGKILL", "SIGSTOP"];

/** Raises the signal again without handlers, so that its default action ends the process. */
function endAsSignalled(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + constants.signals[signal]), PATIENCE_MS);
}

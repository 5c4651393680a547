import { type ChildProcess, spawn } from "node:child_process";
import { describeError } from "../../util/describe-error.ts";
import { withinDeadline } from "../client/deadline.ts";
import { parseServiceUrl, type ServiceUrl } from "../client/service-url.ts";
import type { Invocation } from "../command.ts";
import { endBySignal } from "../interrupts.ts";
import type { Output } from "../io.ts";
import { changeProbe, readToken } from "../probe/change.ts";
import { clean } from "../terminal/clean.ts";
import type { RUN } from "./definition.ts";

/** All signals that a process can catch and that other processes send on purpose. */
const FORWARDED: readonly NodeJS.Signals[] = [
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
];

/** A terminal sends these to all processes of a job, so the child has already received them. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT", "SIGWINCH"];

const LEAVING: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT"];

const DECOMMISSION_TIMEOUT_MS = 2_000;

/** The statuses of shells for commands that cannot be started. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** Runs a command, decommissions its service on a signal, and ends as the command does. */
export async function runCommand({ operands, values, io }: Invocation<typeof RUN>): Promise<number> {
  const [command = "", ...args] = operands;
  const service = values.sentinel === undefined ? undefined : parseServiceUrl(values.sentinel);
  const leave = service && (() => decommission(service, io.env, io.stderr));
  const child = spawn(command, args, { stdio: "inherit" });
  // Any of them may be redirected.
  const isTerminal = [io.stdin, io.stdout, io.stderr].some(({ isTTY }) => isTTY);
  const stopForwarding = forwardSignals(child, { leave, isTerminal });
  try {
    const { code, signal } = await untilEnd(child);
    stopForwarding();
    return code ?? (signal === null ? 1 : endBySignal(signal));
  } catch (error) {
    stopForwarding();
    const { code } = error as NodeJS.ErrnoException;
    io.stderr.write(`svc-status: ${clean(`${command}: ${describeError(error)}`)}\n`);
    return code === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE;
  }
}

interface Forwarding {
  /** Called at the first signal that ends the service. */
  readonly leave: (() => void) | undefined;
  readonly isTerminal: boolean;
}

/** Returns a function that removes all listeners. */
function forwardSignals(child: ChildProcess, { leave, isTerminal }: Forwarding): () => void {
  let isLeaving = false;

  function forward(signal: NodeJS.Signals): void {
    // Not awaited: the service may be able to handle the signal itself.
    if (LEAVING.includes(signal) && !isLeaving) {
      isLeaving = true;
      leave?.();
    }
    if (!isTerminal || !FROM_TERMINAL.includes(signal)) child.kill(signal);
  }

  for (const signal of FORWARDED) process.on(signal, forward);
  return function stopForwarding() {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}

/** Reports a failure on standard error, because the service then leaves later. */
function decommission(service: ServiceUrl, env: Invocation<typeof RUN>["io"]["env"], stderr: Output): void {
  withinDeadline(
    DECOMMISSION_TIMEOUT_MS,
    new AbortController().signal,
    (signal) =>
      changeProbe(
        {
          service,
          token: readToken(undefined, env, service),
          connection: { headers: {}, tls: { rejectUnauthorized: true } },
          signal,
        },
        "OFF",
      ),
    { isFixed: true },
  ).catch(({ message }: Error) => stderr.write(`svc-status: not decommissioned: ${clean(message)}\n`));
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Rejects if the command cannot be started. */
function untilEnd(child: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

import { OK, type State, toWorseState } from "../../core/state.ts";
import { toDurationText } from "../../util/duration-text.ts";
import { CliError } from "../cli-error.ts";
import { toConnection } from "../client/connection.ts";
import { toCountedState } from "../client/counted-state.ts";
import { isOver } from "../client/deadline.ts";
import { describeOut } from "../client/describe-probe.ts";
import { describeFolded } from "../client/fold.ts";
import { NoAnswerError, toReason } from "../client/no-answer.ts";
import { repeatUntil } from "../client/repeat.ts";
import type { HandlerStatus, ServiceStatus } from "../client/service-status.ts";
import { describeServiceUrl, parseServiceUrl } from "../client/service-url.ts";
import { requestStatus, toExitStatus } from "../client/status.ts";
import type { ExitStatus, Invocation } from "../command.ts";
import { createProgress } from "../terminal/progress.ts";
import type { WAIT } from "./definition.ts";

type Values = Invocation<typeof WAIT>["values"];

/** Maximum number of handlers in a line. A service may have hundreds, and a log gets a line for each change. */
const MAX_NAMED = 10;

/** The result of the last request. */
interface Seen {
  readonly state: State | undefined;
  /** Differs if the state differs, that of the probe, or the handlers that prevent the desired state. */
  readonly key: string;
  /** Why it is not the desired state. */
  readonly text: string;
}

/** Polls until the service has the desired state. */
export async function runWait({
  operands: [address = ""],
  values,
  io,
}: Invocation<typeof WAIT>): Promise<ExitStatus> {
  const { name: names, state: wanted, timeout: timeoutMs, interval: intervalMs } = values;
  const service = parseServiceUrl(address);
  const connection = toConnection(values, [service]);
  const where = describeServiceUrl(service);
  const progress = createProgress(io.stderr);
  const startedAt = performance.now();
  let last: Seen = { state: undefined, key: "", text: `no answer from ${where} yet` };
  let shownKey = "";
  progress.show(`waiting for ${where}`);

  /** A log gets a line for each change of a state, not for each change of a detail. */
  function showResult(): void {
    if (!io.stderr.isTTY && last.key === shownKey) return;
    shownKey = last.key;
    progress.show(`waiting for ${where}: ${toReason(last.text)}`);
  }

  async function attempt(signal: AbortSignal): Promise<boolean> {
    try {
      const status = await requestStatus({ service, names, connection, signal });
      last = look(status, values);
      if (last.text === "") return true;
    } catch (error) {
      if (!(error instanceof NoAnswerError) || error.kind === "denied" || error.kind === "untrusted")
        throw error;
      // The previous result counts.
      if (isOver(signal)) return false;
      last = { state: undefined, key: "no answer", text: error.message };
    }
    showResult();
    return false;
  }

  let isReached: boolean;
  try {
    isReached = await repeatUntil({ timeoutMs, intervalMs, signal: io.signal }, attempt);
  } finally {
    progress.stop();
  }
  if (isReached) {
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    if (!io.stderr.isTTY) progress.show(`${where} is ${last.state ?? OK} after ${seconds}s`);
    return 0;
  }
  throw new CliError(`not ${wanted.join(" or ")} within ${toDurationText(timeoutMs)}: ${last.text}`, {
    exitStatus: toFailure(last.state),
  });
}

/** A failed wait never returns 0, regardless of the last state. */
function toFailure(state: State | undefined): ExitStatus {
  if (state === undefined) return 3;
  return state === OK ? 1 : toExitStatus(state);
}

function look(status: ServiceStatus, { name: names, state: wanted, decommissioned }: Values): Seen {
  const { handlers, facts } = status;
  const unlike = handlers.filter((handler) => !wanted.includes(handler.state));
  const all = describeFolded(unlike, describeHandler);
  const rest = all.length - MAX_NAMED;
  const others = rest > 0 ? [...all.slice(0, MAX_NAMED), `${rest} more`] : all;
  const key = JSON.stringify([
    status.state,
    facts?.probe.state,
    unlike.map(({ name, state }) => [name, state]),
  ]);
  if (names.length > 0) {
    const worst = handlers.reduce<State>((worse, handler) => toWorseState(worse, handler.state), OK);
    return { state: worst, key, text: others.join(", ") };
  }
  const state = toCountedState(status, decommissioned);
  const out = wanted.includes(decommissioned) ? [] : describeOut(facts);
  const why = [...out, ...others].join(", ");
  return { state, key, text: wanted.includes(state) ? "" : `${state}${why && ` (${why})`}` };
}

function describeHandler({ name, state, detail }: HandlerStatus): string {
  return `${name} is ${state}${detail === "" ? "" : `: ${detail}`}`;
}

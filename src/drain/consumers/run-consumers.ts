import type { Probe } from "../../core/probe.ts";
import type { Clock } from "../../util/clock.ts";
import { describeError } from "../../util/describe-error.ts";
import { type Logger, log } from "../../util/logger.ts";
import { settleWithin } from "../../util/settle-within.ts";
import { createContext, type DrainContext } from "../hooks.ts";
import type { Consumer, ConsumerResult } from "./consumer.ts";

/** The result of one consumer. */
export interface ConsumerReport extends ConsumerResult {
  readonly name: string;
  /** Why it could not stop or finish; missing if it could. */
  readonly error?: string;
}

export interface ConsumersSetup {
  readonly consumers: readonly Consumer[];
  readonly probe: Probe;
  readonly logger?: Logger | undefined;
  readonly clock: Clock;
}

export interface ConsumersDeadline {
  /** Why the process leaves. */
  readonly reason: string;
  /** Time until the consumers must return the rest of their work. */
  readonly finishMs: number;
  /** Time after that until the drain continues without them. */
  readonly returnMs: number;
}

/** The consumers of a drain. */
export interface RunningConsumers {
  /** Stops all consumers and lets them finish, in parallel. Never rejects. */
  leave(deadline: ConsumersDeadline): Promise<readonly ConsumerReport[]>;
  /** Stops following the probe. */
  dispose(): void;
}

export function runConsumers({ consumers, probe, logger, clock }: ConsumersSetup): RunningConsumers {
  const running = consumers.map(runConsumer);
  const following = running.filter(({ isFollowing }) => isFollowing);
  let isLeaving = false;

  const stopListening = probe.on("change", followProbe);
  followProbe();

  function followProbe(): void {
    for (const consumer of following) consumer.setStopped(!probe.commissioned, reportFailure);
  }

  function reportFailure(message: string): void {
    if (!isLeaving) log(logger, "error", "consumer-failed", message);
  }

  function dispose(): void {
    isLeaving = true;
    stopListening();
  }

  return {
    async leave({ reason, finishMs, returnMs }) {
      dispose();
      const { context, end } = createContext({ reason, deadlineMs: finishMs, clock });
      const timeoutMs = finishMs + returnMs;
      const reports = await Promise.all(
        running.map((consumer) =>
          toReport(
            consumer,
            settleWithin(consumer.leave(context), timeoutMs, {
              clock,
              message: `not finished after ${Math.round(timeoutMs)} ms`,
            }),
          ),
        ),
      );
      end();
      return reports;
    },
    dispose,
  };
}

interface RunningConsumer {
  readonly name: string;
  readonly isFollowing: boolean;
  /** Stops or resumes it when the probe is changed by hand. */
  setStopped(isStopped: boolean, onFailure: (message: string) => void): void;
  leave(context: DrainContext): Promise<unknown>;
}

/** Calls `stop`, `resume` and `finish` one after the other, and none of them twice in a row. */
function runConsumer(consumer: Consumer): RunningConsumer {
  const { name, onDecommission: isFollowing = false } = consumer;
  let isStopped = false;
  let last: Promise<unknown> = Promise.resolve();

  return {
    name,
    isFollowing,
    setStopped(isToStop, onFailure) {
      if (isStopped === isToStop) return;
      isStopped = isToStop;
      const context = { reason: "decommissioned", ...UNLIMITED };
      last = last
        .then(() => (isToStop ? consumer.stop(context) : consumer.resume?.()))
        .catch((error: unknown) =>
          onFailure(`consumer ${name} cannot ${isToStop ? "stop" : "resume"}: ${describeError(error)}`),
        );
    },
    async leave(context) {
      // Does not wait for a `resume` that hangs. A `stop` by hand must have ended before `finish`.
      if (isStopped) await last;
      else await consumer.stop(context);
      return await consumer.finish(context);
    },
  };
}

/** Outside a drain, a consumer may take as long as it needs to stop. */
const UNLIMITED = { signal: new AbortController().signal, deadlineAt: Number.POSITIVE_INFINITY };

async function toReport({ name }: RunningConsumer, result: Promise<unknown>): Promise<ConsumerReport> {
  try {
    const { finished, left } = Object(await result) as ConsumerResult;
    return { name, ...(isCount(finished) && { finished }), ...(isCount(left) && { left }) };
  } catch (error) {
    return { name, error: describeError(error) };
  }
}

/** An application's consumer may resolve with anything. */
function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

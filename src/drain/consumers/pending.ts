import type { Clock } from "../../util/clock.ts";
import type { ConsumerResult } from "./consumer.ts";

/** Interval between checks of the pending messages. */
const LOOK_EVERY_MS = 25;

export interface PendingWork<Message> {
  readonly pending: Set<Message>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Returns a message to the broker. */
  readonly requeue: (message: Message) => void;
}

/** Waits until the application has removed all messages. When the signal aborts, it returns the rest. */
export async function finishPending<Message>({
  pending,
  signal,
  clock,
  requeue,
}: PendingWork<Message>): Promise<ConsumerResult> {
  const taken = pending.size;
  await new Promise<void>((resolve) => {
    function look(): void {
      if (pending.size === 0 || signal.aborted) resolve();
      else clock.startTimer(LOOK_EVERY_MS, look);
    }
    look();
  });
  const rest = [...pending];
  // Removes all messages first: if one cannot be returned, the connection is lost, and the broker redelivers all.
  pending.clear();
  for (const message of rest) requeue(message);
  return { finished: Math.max(0, taken - rest.length), left: rest.length };
}

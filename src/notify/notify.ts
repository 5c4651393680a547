/// <reference lib="esnext.disposable" preserve="true" />
import type { Change } from "../core/change.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Entry } from "../core/report.ts";
import { STATE_NUMBERS, type State } from "../core/state.ts";
import { expectMethods } from "../options/expect.ts";
import { createDelivery } from "./delivery.ts";
import { toChangeNotification, toReminder } from "./notification.ts";
import { type NotifyOptions, resolveNotifyOptions } from "./options.ts";
import { createReminders } from "./reminders.ts";

export type { StatusNotification } from "./notification.ts";
export type {
  NotifyCommonOptions,
  NotifyOptions,
  NotifySendOptions,
  NotifyUrlOptions,
  Send,
} from "./options.ts";

/** Notifications that are going out. */
export interface Notifier {
  /** Ends it. What waits and what is on its way is dropped, which the registry's logger is told. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Tells each change of a handler's state to a webhook, or to whatever `send` does, in order and one at a time. What
 * fails is tried again: network errors, 429 and codes from 500. No report and no listener waits for it, and nothing
 * of it keeps the process alive. Trouble is told to the registry's logger.
 *
 * @example
 * notify(defaultRegistry, { url: webhookUrl });
 * @throws TypeError for a mistake in the options.
 */
export function notify(registry: StatusRegistry, options: NotifyOptions): Notifier {
  expectMethods("registry", registry, ["on", "changes", "getReport"]);
  const { target, minState, repeatMs, timeoutMs, clock } = resolveNotifyOptions(options);
  const delivery = createDelivery({ target, timeoutMs, clock, getLogger: () => registry.logger });
  const reminders =
    repeatMs === undefined ? undefined : createReminders({ registry, clock, repeatMs, isBad, remind });

  function isBad(state: State | undefined): boolean {
    return state !== undefined && STATE_NUMBERS[state] >= STATE_NUMBERS[minState];
  }

  function tell(change: Change): void {
    reminders?.note(change.name, change.to);
    if (isBad(change.from) || isBad(change.to)) delivery.push(toChangeNotification(change));
  }

  /** While something waits, the receiver has not even heard of it: a reminder would only drive out a change. */
  function remind(entry: Entry): void {
    if (delivery.isIdle) delivery.push(toReminder(entry, clock.now()));
  }

  const stopListening = registry.on("change", tell);

  function close(): void {
    stopListening();
    reminders?.close();
    delivery.close();
  }

  return { close, [Symbol.dispose]: close };
}

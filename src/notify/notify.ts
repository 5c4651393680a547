/// <reference lib="esnext.disposable" preserve="true" />
import type { Change } from "../core/change.ts";
import { findIdentity } from "../core/identity.ts";
import { defaultProbe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Entry } from "../core/report.ts";
import { STATE_NUMBERS, type State } from "../core/state.ts";
import { expectMethods } from "../options/expect.ts";
import { createDelivery } from "./delivery.ts";
import { toChangeNotification, toReminder } from "./notification.ts";
import { type NotifyOptions, resolveNotifyOptions } from "./options.ts";
import { createReminders } from "./reminders.ts";

export type { StatusNotification } from "./notification.ts";
export type { NotifyCommonOptions, NotifyOptions, NotifySendOptions, NotifyUrlOptions } from "./options.ts";
export type { Send } from "./target.ts";

/** Active notifications of a registry. */
export interface Notifier {
  /** Stops notifying. Drops queued and unfinished notifications, and logs that with the registry's logger. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Sends each change of a handler's state to a webhook or to `send`, in order and one at a time. It retries
 * after network errors, 429 and status codes from 500. It delays no report and no listener, and its timers do
 * not keep the process alive. It logs errors with the registry's logger.
 *
 * @example
 * notify(defaultRegistry, { url: webhookUrl });
 * @throws TypeError for invalid options.
 */
export function notify(registry: StatusRegistry, options: NotifyOptions): Notifier {
  expectMethods("registry", registry, ["on", "changes", "getReport"]);
  const { target, minState, repeatMs, timeoutMs, instance, clock } = resolveNotifyOptions(options);
  const delivery = createDelivery({ target, timeoutMs, clock, getLogger: () => registry.logger });
  const reminders =
    repeatMs === undefined ? undefined : createReminders({ registry, clock, repeatMs, isBad, remind });

  /** Looked up each time, because a worker learns its instance when it joins a cluster. */
  function getInstance(): string {
    return findIdentity(defaultProbe, instance).instance;
  }

  function isBad(state: State | undefined): boolean {
    return state !== undefined && STATE_NUMBERS[state] >= STATE_NUMBERS[minState];
  }

  function handleChange(change: Change): void {
    reminders?.record(change.name, change.to);
    if (isBad(change.from) || isBad(change.to)) delivery.push(toChangeNotification(change, getInstance()));
  }

  /** Skips reminders while notifications are queued, because a reminder could displace a change. */
  function remind(entry: Entry): void {
    if (delivery.isIdle) delivery.push(toReminder(entry, clock.now(), getInstance()));
  }

  const stopListening = registry.on("change", handleChange);

  function close(): void {
    stopListening();
    reminders?.close();
    delivery.close();
  }

  return { close, [Symbol.dispose]: close };
}

import type { Change } from "../core/change.ts";
import type { Entry } from "../core/report.ts";
import type { State } from "../core/state.ts";
import type { Reason, Status } from "../core/status.ts";
import { toShownLine } from "../util/describe-error.ts";

/** A notification, which is sent as JSON. */
export interface StatusNotification {
  /** The notification in one line. Slack, Mattermost and others display it. */
  readonly text: string;
  /** The instance that noticed it. */
  readonly instance: string;
  /** `reminder`: the state has not changed. */
  readonly event: "change" | "reminder";
  /** The handler's name. */
  readonly name: string;
  /** The previous state; `null` for a handler's first result. For a reminder, the current state. */
  readonly from: State | null;
  readonly to: State;
  /** Why it is not OK; missing if it is OK. */
  readonly reason?: Reason;
  /** The first line of the handler's detail. Maximum 500 characters, with passwords redacted. */
  readonly detail?: string;
  /** The time, such as `2026-01-01T00:00:00.000Z`. */
  readonly at: string;
  /** Duration of `from` until then; 0 for a first result. */
  readonly heldMs: number;
  /** Number of notifications lost before this one; missing if there are none. */
  readonly missed?: number;
}

export function toChangeNotification(change: Change, instance: string): StatusNotification {
  const { name, from, to, reason, status, at, heldMs } = change;
  const held = from === undefined ? "first result" : `was ${from} for ${describeDuration(heldMs)}`;
  return {
    text: toText([to, name], { status, held, instance }),
    instance,
    event: "change",
    name,
    from: from ?? null,
    to,
    ...(reason && { reason }),
    ...toDetail(status),
    at: at.toISOString(),
    heldMs,
  };
}

export function toReminder(entry: Entry, now: number, instance: string): StatusNotification {
  const { name, status, reason, since } = entry;
  const heldMs = Math.max(0, now - since.getTime());
  return {
    text: toText(["still", status.state, name], {
      status,
      held: `for ${describeDuration(heldMs)}`,
      instance,
    }),
    instance,
    event: "reminder",
    name,
    from: status.state,
    to: status.state,
    ...(reason && { reason }),
    ...toDetail(status),
    at: new Date(now).toISOString(),
    heldMs,
  };
}

/** Adds the number of notifications lost before this one. */
export function withMissed(notification: StatusNotification, missed: number): StatusNotification {
  if (missed === 0) return notification;
  const lost = missed === 1 ? "1 notification" : `${missed} notifications`;
  return { ...notification, text: `${notification.text} [lost before this one: ${lost}]`, missed };
}

function toDetail({ detail }: Status): { detail?: string } {
  return typeof detail === "string" && detail !== "" ? { detail: toShownLine(detail) } : {};
}

interface Described {
  readonly status: Status;
  readonly held: string;
  readonly instance: string;
}

function toText(words: readonly string[], { status, held, instance }: Described): string {
  const { detail } = toDetail(status);
  const what = detail === undefined ? words.join(" ") : `${words.join(" ")}: ${detail}`;
  return withoutMentions(`${what} (${held}) on ${instance}`);
}

/**
 * Disables mentions. A detail may contain any text, such as `<!channel>` or `@here`, and must not alert
 * people.
 */
function withoutMentions(text: string): string {
  return text
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .replace(/@(?=all|channel|everyone|here)/gi, "@\u200b");
}

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** `2 h 5 min`, `41 s`: two units at most. */
function describeDuration(ms: number): string {
  const index = UNITS.findIndex(([, size]) => ms >= size);
  if (index === -1) return `${Math.round(ms)} ms`;
  let rest = ms;
  const parts = UNITS.slice(index, index + 2).map(([name, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? "" : `${count} ${name}`;
  });
  return parts.filter((part) => part !== "").join(" ");
}

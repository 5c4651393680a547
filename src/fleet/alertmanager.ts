import { toDurationText } from "../util/duration-text.ts";
import type { FleetLabels } from "./options.ts";
import type { Tree } from "./yaml.ts";

export interface AlertmanagerOptions extends FleetLabels {
  readonly scrapeMs: number;
  readonly evaluationMs: number;
  /** How long Alertmanager waits before it sends a notification about a change of a group. */
  readonly groupIntervalMs: number;
  /** The name of the receiver, which the user fills in. */
  readonly receiver: string;
}

const OURS = 'alertname=~"SvcStatus.+"';

/**
 * Routes, and inhibitions that silence the alert of an effect while the alert of its cause fires. `group_wait` is
 * long enough for one scrape of each instance and two evaluations of its alert. The cause is known by then.
 */
export function toAlertmanagerFile(options: AlertmanagerOptions): Tree {
  const { service, within, scrapeMs, evaluationMs, groupIntervalMs, receiver } = options;
  const times = {
    group_wait: toDurationText(scrapeMs + 2 * evaluationMs),
    group_interval: toDurationText(groupIntervalMs),
    repeat_interval: "4h",
  };
  const watchdog = `${receiver}-watchdog`;
  return {
    route: {
      receiver,
      ...times,
      routes: [
        {
          matchers: ['alertname="SvcStatusWatchdog"'],
          receiver: watchdog,
          group_wait: "0s",
          repeat_interval: "5m",
        },
        { matchers: [OURS, 'root!=""'], receiver, group_by: [...within, "root"], ...times },
        { matchers: [OURS], receiver, group_by: [...within, service, "alertname"], ...times },
      ],
    },
    inhibit_rules: [
      {
        source_matchers: [OURS, 'role="cause"', 'root!=""'],
        target_matchers: [OURS, 'role="effect"', 'root!=""'],
        equal: [...within, "root"],
      },
    ],
    receivers: [{ name: receiver }, { name: watchdog }],
  };
}

import type { Probe } from "../core/probe.ts";
import { toSettingText } from "../core/probe-setting.ts";
import { getProbeSeams } from "../core/seams.ts";
import type { SentSetting } from "./protocol.ts";

/** A probe that follows the probes of all workers. */
export interface SharedSetting {
  /** Applies the setting of the other workers. */
  take(setting: SentSetting): void;
  /** Limits every effect of `change` to this worker. */
  alone(change: () => void): void;
  stop(): void;
}

/**
 * Calls `send` with each change that applies to all workers. If a listener of the application changes a
 * received setting, that change also applies to all workers.
 */
export function shareSetting(probe: Probe, send: (setting: SentSetting) => void): SharedSetting {
  let taking: string | undefined;
  let isAlone = false;
  const stop = probe.on("change", function handleChange() {
    const setting = readSetting(probe);
    if (!isAlone && toSettingText(setting) !== taking) send(setting);
  });

  return {
    take(setting) {
      taking = toSettingText(setting);
      applySetting(probe, setting);
      taking = undefined;
    },
    alone(change) {
      isAlone = true;
      change();
      isAlone = false;
    },
    stop,
  };
}

/** The setting for all workers. A drain belongs to one process only. */
export function readSetting(probe: Probe): SentSetting {
  const { draining: _, ...setting } = getProbeSeams(probe).getSetting();
  return setting;
}

/** Applies a setting from another process. A new reason alone does not change the time of the last change. */
export function applySetting(probe: Probe, setting: SentSetting): void {
  const { adoptSetting } = getProbeSeams(probe);
  if (adoptSetting !== undefined)
    adoptSetting(setting, setting.body === probe.body ? probe.since : new Date());
  else if (setting.body === "OK") probe.commission();
  else probe.decommission(setting.body);
}

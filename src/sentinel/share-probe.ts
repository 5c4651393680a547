import type { Probe } from "../core/probe.ts";
import { COMMISSIONED_BODY, toSettingText } from "../core/probe-setting.ts";
import { getProbeSeams } from "../core/seams.ts";
import { fromSettingText } from "./setting-text.ts";
import type { SharedText } from "./shared-text.ts";

export interface ShareSetup {
  readonly probe: Probe;
  readonly text: SharedText;
  /** Called after a change that started in this thread, to notify the other thread. */
  readonly onOwnChange: () => void;
}

/** A probe that follows the shared memory. */
export interface SharedProbe {
  /** Applies the last change of the other thread, if it is new. */
  apply(): void;
  stop(): void;
}

/**
 * Connects a probe to a shared text, and applies the current text to the probe. The other thread does the
 * same with its own probe. A thread reads the text before it changes its probe and writes the text after it,
 * so both probes end in the same state.
 */
export function shareProbe({ probe, text, onOwnChange }: ShareSetup): SharedProbe {
  const { sources, adoptSetting, getSetting } = getProbeSeams(probe);
  let knownVersion: number | undefined;
  let knownText = toSettingText(getSetting());
  // While listeners run, reading the probe does not apply a new text. Otherwise, they would get the newer change first.
  let isHeld = false;

  function apply(): void {
    if (isHeld || text.version === knownVersion) return;
    const { text: sent, at, version } = text.read();
    // Set before the probe changes, because its listeners run at once and must not write the same change
    // back.
    knownVersion = version;
    knownText = sent;
    const setting = fromSettingText(sent);
    hold(() => {
      if (adoptSetting !== undefined) adoptSetting(setting, new Date(at));
      else if (setting.body === COMMISSIONED_BODY) probe.commission();
      else probe.decommission(setting.body);
    });
  }

  function hold<Value>(run: () => Value): Value {
    const wasHeld = isHeld;
    isHeld = true;
    try {
      return run();
    } finally {
      isHeld = wasHeld;
    }
  }

  /** Reads the probe instead of the event, because an earlier listener may have changed it again. */
  function publish(): void {
    const { own, since } = hold(() => ({ own: toSettingText(getSetting()), since: probe.since.getTime() }));
    if (own === knownText) return;
    knownText = own;
    knownVersion = text.write(own, since);
    onOwnChange();
  }

  const stopApplying = sources.add(apply);
  const stopPublishing = probe.on("change", publish);
  apply();

  return {
    apply,
    stop() {
      stopApplying();
      stopPublishing();
    },
  };
}

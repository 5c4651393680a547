import { COMMISSIONED_BODY, type Probe } from "../core/probe.ts";
import { addProbeSource, getTakeOver } from "../core/probe-source.ts";
import type { SharedText } from "./shared-text.ts";

export interface ShareSetup {
  readonly probe: Probe;
  readonly text: SharedText;
  /** Called after a change that began in this thread, so that the other one can be told. */
  readonly onOwnChange: () => void;
}

/** A probe that says what the shared memory says. */
export interface SharedProbe {
  /** Takes over what the other thread has said last. Nothing happens where that is known. */
  take(): void;
  stop(): void;
}

/**
 * Ties a probe to a text that another thread ties to its own probe, and takes over what the text says. Both threads do
 * the same: who changes its probe has read the text before and writes it after, so the last word is the same in both.
 */
export function shareProbe({ probe, text, onOwnChange }: ShareSetup): SharedProbe {
  let knownVersion: number | undefined;
  let knownBody = probe.body;
  // While listeners are told of a change, reading the probe takes nothing over: they would hear of the newer first.
  let isHeld = false;

  function take(): void {
    if (isHeld || text.version === knownVersion) return;
    const { text: body, at, version } = text.read();
    // Before the probe is changed: its listeners are told at once, and what was taken must not be given back.
    knownVersion = version;
    knownBody = body;
    const takeOver = getTakeOver(probe);
    hold(() => {
      if (takeOver !== undefined) takeOver(body, new Date(at));
      else if (body === COMMISSIONED_BODY) probe.commission();
      else probe.decommission(body);
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

  /** Read from the probe, and not from the event: a listener before this one may have changed it again. */
  function give(): void {
    const { body, since } = hold(() => ({ body: probe.body, since: probe.since.getTime() }));
    if (body === knownBody) return;
    knownBody = body;
    knownVersion = text.write(body, since);
    onOwnChange();
  }

  const stopTaking = addProbeSource(probe, take);
  const stopGiving = probe.on("change", give);
  take();

  return {
    take,
    stop() {
      stopTaking();
      stopGiving();
    },
  };
}

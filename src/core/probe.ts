import { expectFunction, failExpectation } from "../options/expect.ts";
import { fits } from "../options/read.ts";
import { expectShape, readOptions } from "../options/read-options.ts";
import { CONTROL_CHARACTERS, LOGGER } from "../options/rules.ts";
import type { OptionShapes, TextShape, WithDefaults } from "../options/shape.ts";
import { MAX_TIMER_MS, systemClock } from "../util/clock.ts";
import { shareAmongCopies } from "../util/copies.ts";
import { createListeners } from "../util/listeners.ts";
import type { Logger } from "../util/logger.ts";
import { createStart } from "../util/start.ts";
import { createTrouble } from "../util/trouble.ts";
import {
  COMMISSIONED_BODY,
  type DecommissionOptions,
  type Draining,
  MAX_PROBE_BODY_LENGTH,
  type ProbeSetting,
  type ProbeState,
  resolveDecommissionOptions,
  toProbeState,
  toSettingText,
} from "./probe-setting.ts";
import { addProbeSeams } from "./seams.ts";

/** The options of a probe. */
export interface ProbeOptions {
  /**
   * The initial body. With any body but `"OK"`, the probe starts decommissioned.
   * @default "OK"
   */
  readonly body?: string;
  /** Logs the errors of listeners. */
  readonly logger?: Logger;
}

/** The state of a probe after a change. */
export interface ProbeChange {
  readonly body: string;
  readonly commissioned: boolean;
  readonly state: ProbeState;
  readonly reason?: string;
  readonly until?: Date;
  readonly by?: string;
}

/** The switch that load balancers check. */
export interface Probe {
  /** The response body: `"OK"` while commissioned. */
  readonly body: string;
  readonly commissioned: boolean;
  /** When the probe got this body. */
  readonly since: Date;
  /** `draining`: the process is about to end, so it cannot be commissioned again. */
  readonly state: ProbeState;
  /** Why it is decommissioned; while draining, what started the drain. */
  readonly reason: string | undefined;
  /** When it commissions again by itself; while draining, the latest end of the process. */
  readonly until: Date | undefined;
  /** Who made the last change. */
  readonly by: string | undefined;
  /**
   * Takes the service out of rotation: from now on, the response is 503 with this body. The last call counts,
   * with its options.
   *
   * @param body At most 1,024 characters, no control characters, not `"OK"`. Default `"OFF"`.
   * @example probe.decommission("OFF", { reason: "upgrade", until: new Date(Date.now() + 600_000) });
   * @throws TypeError for any other body, and for invalid options; the probe then stays unchanged.
   */
  decommission(body?: string, options?: DecommissionOptions): void;
  /** Puts the service back into rotation: from now on, the response is 200 `OK`. */
  commission(options?: Pick<DecommissionOptions, "by">): void;
  /**
   * Calls the listener on each change of the body, the state, or the reason. Returns a function that removes
   * the listener.
   */
  on(event: "change", listener: (change: ProbeChange) => void): () => void;
}

const PROBE_BODY: TextShape = {
  kind: "text",
  pattern: new RegExp(`^[^${CONTROL_CHARACTERS}]*$`, "u"),
  maxLength: MAX_PROBE_BODY_LENGTH,
  expected: `a string of at most ${MAX_PROBE_BODY_LENGTH} characters without control characters`,
};

const PROBE_OPTIONS: OptionShapes<ProbeOptions, WithDefaults<ProbeOptions, "logger">> = {
  body: { ...PROBE_BODY, default: COMMISSIONED_BODY },
  logger: LOGGER,
};

/** Creates a probe that is independent of the default one. @throws TypeError for invalid options. */
export function createProbe(options: ProbeOptions = {}): Probe {
  const { body: firstBody, logger } = readOptions(PROBE_OPTIONS, options);

  let setting: ProbeSetting = { body: firstBody };
  const since = createStart(systemClock);
  let draining: Draining | undefined;
  const awaitEnd = createAlarm(endDecommissioning);
  const trouble = createTrouble({
    event: "probe-listener",
    what: "a listener of the probe failed",
    getLogger: () => logger,
  });
  const listeners = createListeners<ProbeChange>(trouble.failed);

  /** The latest setting, from any thread. */
  function getSetting(): ProbeSetting {
    seams.sources.emit();
    return draining === undefined ? setting : { ...setting, draining };
  }

  function set(next: ProbeSetting): void {
    seams.sources.emit();
    const { draining: taken, body } = setting;
    const isLeaving = taken !== undefined && next.body !== COMMISSIONED_BODY;
    change(isLeaving ? { ...next, draining: taken } : next, next.body === body ? since.date : new Date());
  }

  function adoptSetting(next: ProbeSetting, newSince: Date): void {
    change(next, newSince);
  }

  function change(next: ProbeSetting, newSince: Date): void {
    since.adopt(newSince);
    // If a drain still runs, it decommissions again.
    if (next.body === COMMISSIONED_BODY) draining = undefined;
    if (toSettingText(next) === toSettingText(setting)) return;
    setting = next;
    awaitEnd(setting.until);
    listeners.emit(toChange({ ...next, ...(draining && { draining }) }));
  }

  function endDecommissioning(): void {
    const { until, draining: leaving } = getSetting();
    if (until === undefined || leaving !== undefined) return;
    // In a cluster, the primary commissions for all workers.
    if (seams.peers !== undefined || until > Date.now()) awaitEnd(setting.until, END_CHECK_MS);
    else set({ body: COMMISSIONED_BODY, reason: TIME_IS_OVER });
  }

  /** If the probe is commissioned, listeners are notified with the decommissioning that follows. */
  function setDraining(next: Draining): void {
    const isKnown = draining?.deadlineAt === next.deadlineAt;
    draining = next;
    if (!isKnown && getSetting().body !== COMMISSIONED_BODY) listeners.emit(toChange(getSetting()));
  }

  const probe: Probe = {
    get body() {
      return getSetting().body;
    },
    get commissioned() {
      return probe.body === COMMISSIONED_BODY;
    },
    get since() {
      getSetting();
      return since.date;
    },
    get state() {
      return toProbeState(getSetting());
    },
    get reason() {
      return toChange(getSetting()).reason;
    },
    get until() {
      return toChange(getSetting()).until;
    },
    get by() {
      return getSetting().by;
    },
    decommission(body = "OFF", options: DecommissionOptions = {}) {
      expectShape(PROBE_BODY, body, "body");
      if (body === COMMISSIONED_BODY)
        failExpectation("body", 'anything but "OK", which means commissioned', body);
      set({ body, ...resolveDecommissionOptions(options) });
    },
    commission(options: Pick<DecommissionOptions, "by"> = {}) {
      const { by } = resolveDecommissionOptions(options);
      // A second commissioning changes nothing.
      if (getSetting().body === COMMISSIONED_BODY) return;
      set({ body: COMMISSIONED_BODY, ...(by !== undefined && { by }) });
    },
    on(event, listener) {
      if (event !== "change") failExpectation("event", '"change"', event);
      expectFunction("listener", listener);
      return listeners.add(listener);
    },
  };
  const seams = addProbeSeams(probe, { adoptSetting, getSetting, setDraining });
  return probe;
}

/** Timers may fire early, and the clock may be set, so `ring` checks the time again. */
function createAlarm(ring: () => void): (at: number | undefined, minMs?: number) => void {
  let cancel = (): void => {};
  return function setAlarm(at, minMs = 0) {
    cancel();
    if (at === undefined) return;
    const delayMs = Math.min(Math.max(minMs, at - Date.now()), MAX_TIMER_MS);
    cancel = systemClock.startTimer(delayMs, ring, { background: true });
  };
}

/** The default probe of the adapters. All copies of the package in a process share it. */
export const defaultProbe: Probe = shareAmongCopies("probe", () => createProbe());

/** Why a probe is commissioned after `until`. */
const TIME_IS_OVER = "the time is over";

/** Pause before the end of a decommissioning is checked again. */
const END_CHECK_MS = 1_000;

function toChange(setting: ProbeSetting): ProbeChange {
  const { body, by, draining } = setting;
  const { reason, until } = draining ? { ...draining, until: draining.deadlineAt } : setting;
  return {
    body,
    commissioned: body === COMMISSIONED_BODY,
    state: toProbeState(setting),
    ...(reason !== undefined && { reason }),
    ...(until !== undefined && { until: new Date(until) }),
    ...(by !== undefined && { by }),
  };
}

export function isProbeBody(body: unknown): body is string {
  return fits(PROBE_BODY, body);
}

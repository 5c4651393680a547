import { resolveHandlerOptions } from "../../core/handler-options.ts";
import { resolveDrainOptions } from "../../drain/options.ts";
import { deriveTimes } from "../../drain/presets.ts";
import type { NumberShape, ObjectShape, Shape } from "../../options/shape.ts";
import { MAX_TIMER_MS } from "../../util/clock.ts";
import {
  COUNT_RANGE,
  type Declared,
  FIELDS,
  type FieldFacts,
  type KindValues,
  LIVENESS,
  PRESET_NAMES,
  SHARED_NAMES,
} from "./fields.ts";

export type { Declared } from "./fields.ts";

const DELAY: NumberShape = { kind: "number", min: 0, max: MAX_TIMER_MS, integer: true };

const SHAPES: Readonly<Record<keyof KindValues, Shape>> = {
  delay: DELAY,
  period: { ...DELAY, min: 1 },
  count: { kind: "number", ...COUNT_RANGE, integer: true },
  flag: { kind: "flag" },
  liveness: { kind: "choice", values: LIVENESS },
  preset: { kind: "choice", values: PRESET_NAMES },
  shared: { kind: "choice", values: SHARED_NAMES },
};

/** The file that `svc-status doctor` reads. */
export const NUMBERS: ObjectShape = {
  kind: "object",
  properties: Object.fromEntries(
    Object.entries<FieldFacts>(FIELDS).map(([name, { kind }]) => [name, SHAPES[kind]]),
  ),
};

/** How long Node.js keeps an idle connection open by default. */
const NODE_KEEP_ALIVE_MS = 5_000;

/** The numbers with a default of svc-status or Node.js. */
type Defaults = Required<
  Pick<
    Declared,
    | "handlerTimeoutMs"
    | "requireHealthy"
    | "livenessLooksAt"
    | "keepAliveTimeoutMs"
    | "deadlineMs"
    | "capMs"
    | "hooksTimeoutMs"
    | "redsSeen"
    | "preStopMs"
  >
>;

/** The declared numbers, with defaults. All others are unknown. */
export type Numbers = Declared & Defaults;

/** Adds the defaults: those of the service, and those of a platform if they are given. */
export function resolveNumbers(declared: Declared, platformDefaults: Declared = {}): Numbers {
  return { ...toDefaults(declared), ...platformDefaults, ...declared };
}

function toDefaults({ preset, preStopMs = 0, deadlineMs: given }: Declared): Defaults {
  const { deadlineMs, capMs, hooksTimeoutMs } = deriveTimes({
    ...(preset !== undefined && { preset, preStopMs }),
    ...(given !== undefined && { deadlineMs: given }),
  });
  return {
    handlerTimeoutMs: resolveHandlerOptions().timeoutMs,
    requireHealthy: false,
    livenessLooksAt: "local",
    keepAliveTimeoutMs: NODE_KEEP_ALIVE_MS,
    deadlineMs,
    capMs,
    hooksTimeoutMs,
    redsSeen: resolveDrainOptions({}).redsSeen,
    preStopMs,
  };
}

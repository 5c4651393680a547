import { HANDLER_OPTIONS, resolveHandlerOptions } from "../../core/handler-options.ts";
import { DRAIN_OPTIONS, resolveDrainOptions } from "../../drain/options.ts";
import { deriveTimes, PRESETS } from "../../drain/presets.ts";
import type { NumberShape, ObjectShape, Shape } from "../../options/shape.ts";
import { MAX_TIMER_MS } from "../../util/clock.ts";
import {
  COUNT_RANGE,
  type Declared,
  FIELDS,
  type FieldFacts,
  type KindValues,
  LIVENESS,
  type Platform,
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

/** The numbers that are options too, and whose ranges are those of the option. */
const OPTION_SHAPES: Readonly<Partial<Record<string, Shape>>> = {
  ...DRAIN_OPTIONS,
  handlerTimeoutMs: HANDLER_OPTIONS.timeoutMs,
  handlerIntervalMs: HANDLER_OPTIONS.intervalMs,
};

/** Whole numbers only, because the doctor calculates with them. */
function toShape(name: string, kind: keyof KindValues): Shape {
  const option = OPTION_SHAPES[name];
  if (option?.kind !== "number") return SHAPES[kind];
  const { min = 0, max = MAX_TIMER_MS } = option;
  return { kind: "number", min, max, integer: true };
}

/** The file that `svc-status doctor` reads. */
export const NUMBERS: ObjectShape = {
  kind: "object",
  properties: Object.fromEntries(
    Object.entries<FieldFacts>(FIELDS).map(([name, { kind }]) => [name, toShape(name, kind)]),
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

/** Numbers that belong together: a file of them, or a workload or backend in the file of a platform. */
export interface Source {
  readonly title?: string;
  readonly platform?: Platform;
  readonly declared: Declared;
  /** The settings in the file that are not judged. */
  readonly ignored?: readonly string[];
  readonly problems?: readonly Problem[];
}

/** A problem that is not about numbers. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly text: string;
  readonly remedy: string;
}

/** Removes numbers without a value. */
export function toDefined<Changed extends object>(changes: Changed): Declared {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** Whether the preset leaves no time after the `preStop` hook. The drain rejects it. */
export function isPresetTooShort({ preset, preStopMs = 0 }: Declared): boolean {
  return preset !== undefined && preStopMs >= PRESETS[preset].graceMs;
}

function toDefaults(declared: Declared): Defaults {
  const { preset, preStopMs = 0, deadlineMs: given } = declared;
  const { deadlineMs, capMs, hooksTimeoutMs } = deriveTimes({
    ...(preset !== undefined && !isPresetTooShort(declared) && { preset, preStopMs }),
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

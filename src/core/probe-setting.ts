import { readOptions } from "../options/read-options.ts";
import { line } from "../options/rules.ts";
import type { CodeShape, OptionShapes, TextShape } from "../options/shape.ts";

/** Why a probe is decommissioned, until when, and by whom. */
export interface DecommissionOptions {
  /** The page, the report and the log show it. Maximum 200 characters, no control characters. */
  readonly reason?: string;
  /**
   * Commissions again at this time, at most 366 days from now, unless the process drains by then. The timer
   * does not keep the process alive. Default: never.
   */
  readonly until?: Date;
  /** Who does it. Shown in the log, and on the page to clients that `control` permits. Maximum 200 characters. */
  readonly by?: string;
}

/** Whether the instance receives traffic: `draining` means that the process is about to end. */
export type ProbeState = "in-service" | "decommissioned" | "draining";

/** The body of a probe, and the reason for it. Threads and processes exchange it. */
export interface ProbeSetting {
  readonly body: string;
  readonly reason?: string;
  /** In milliseconds since the epoch. */
  readonly until?: number;
  readonly by?: string;
  readonly draining?: Draining;
}

/** A process that is about to end. */
export interface Draining {
  /** Such as the name of the signal. */
  readonly reason: string;
  /** The latest end of the process, in milliseconds since the epoch. */
  readonly deadlineAt: number;
}

/** The body of a commissioned probe. */
export const COMMISSIONED_BODY = "OK";

/** Maximum length of a probe body, in UTF-16 code units as `length` counts them. */
export const MAX_PROBE_BODY_LENGTH = 1_024;

/** Maximum length of the reason, and of the name of the person. */
export const MAX_REASON_LENGTH = 200;

/** A reason or a name. */
export const REASON: TextShape = line(MAX_REASON_LENGTH);

const MAX_UNTIL_MS = 366 * 86_400_000;

const UNTIL: CodeShape = {
  kind: "code",
  expected: "a Date in the future, at most 366 days from now",
  isRight: (value) => isUntil(value, Date.now()),
};

const DECOMMISSION_OPTIONS: OptionShapes<DecommissionOptions, DecommissionOptions> = {
  reason: REASON,
  until: UNTIL,
  by: REASON,
};

/** Validates the options. Throws a TypeError. */
export function resolveDecommissionOptions(options: DecommissionOptions): Omit<ProbeSetting, "body"> {
  const { reason, until, by } = readOptions(DECOMMISSION_OPTIONS, options);
  return {
    ...(reason !== undefined && { reason }),
    ...(until !== undefined && { until: until.getTime() }),
    ...(by !== undefined && { by }),
  };
}

export function isUntil(until: unknown, now: number): boolean {
  if (!(until instanceof Date)) return false;
  const leftMs = until.getTime() - now;
  return leftMs > 0 && leftMs <= MAX_UNTIL_MS;
}

export function toProbeState({ body, draining }: ProbeSetting): ProbeState {
  if (body === COMMISSIONED_BODY) return "in-service";
  return draining === undefined ? "decommissioned" : "draining";
}

/**
 * One line for each field. No field contains a line break, and none is empty except the body, so
 * `fromSettingText` reads the same setting.
 */
export function toSettingText({ body, reason, until, by, draining }: ProbeSetting): string {
  const fields = [body, reason, until, by, draining?.reason, draining?.deadlineAt];
  return fields.map((field) => field ?? "").join("\n");
}

import type { Probe } from "../core/probe.ts";
import { readOptions } from "../options/read-options.ts";
import { CLOCK, choice, LINE, LOGGER, methods } from "../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../options/shape.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import type { Logger } from "../util/logger.ts";

/** The place and the limits of a recording. Only `directory` is required. */
export interface RecorderOptions {
  /**
   * The folder for the segment files. The recorder creates it with mode 0700. Several processes may share it. It must
   * be on a disk that outlives the process, such as a volume.
   */
  readonly directory: string;
  /** Records the changes of this probe too: who took the service out of rotation, why, and until when. */
  readonly probe?: Probe;
  /** The version of the application, stored with each start of the process. At most 200 characters. */
  readonly version?: string;
  /**
   * Maximum delay between a change and its write. A crash loses at most the changes within this time. From 0 to 60,000.
   * @default 20
   */
  readonly flushMs?: number;
  /**
   * `"batch"` calls `fsync` after each write, so that it survives a power failure. `"never"` leaves that to
   * the operating system, which is enough to survive a process crash.
   * @default "never"
   */
  readonly sync?: "never" | "batch";
  /**
   * Maximum size of all files together. The oldest are deleted first. From 100,000 to 10,000,000,000.
   * @default 10,000,000
   */
  readonly maxBytes?: number;
  /**
   * Maximum age of a file's last line. Minimum one hour.
   * @default 30 days
   */
  readonly maxAgeMs?: number;
  /** Logs errors of the disk. Default: the registry's logger. */
  readonly logger?: Logger;
  /** The clock, for tests. See `createFakeClock` in `svc-status/testing`. */
  readonly clock?: Clock;
}

export type ResolvedRecorderOptions = WithDefaults<RecorderOptions, "probe" | "version" | "logger">;

const HOUR_MS = 3_600_000;
const MAX_VERSION_LENGTH = 200;

export const RECORDER_OPTIONS: OptionShapes<RecorderOptions, ResolvedRecorderOptions> = {
  directory: { ...LINE, required: true },
  probe: methods("decommission", "commission", "on"),
  version: {
    ...LINE,
    maxLength: MAX_VERSION_LENGTH,
    expected: `1 to ${MAX_VERSION_LENGTH} characters in one line`,
  },
  flushMs: { kind: "number", min: 0, max: 60_000, default: 20 },
  sync: { ...choice("never", "batch"), default: "never" },
  maxBytes: { kind: "number", min: 100_000, max: 10_000_000_000, integer: true, default: 10_000_000 },
  maxAgeMs: { kind: "number", min: HOUR_MS, max: Number.MAX_SAFE_INTEGER, default: 30 * 24 * HOUR_MS },
  logger: LOGGER,
  clock: { ...CLOCK, default: systemClock },
};

export function resolveRecorderOptions(options: RecorderOptions): ResolvedRecorderOptions {
  return readOptions(RECORDER_OPTIONS, options);
}

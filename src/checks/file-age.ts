import { stat } from "node:fs/promises";
import type { StatusFunction } from "../core/handler.ts";
import { expectNumber } from "../options/expect.ts";
import { withFailureKind } from "./support/failure.ts";
import {
  formatBytes,
  formatSeconds,
  type Measure,
  measureFalling,
  measureRising,
  toStatus,
} from "./support/measure.ts";
import { type Expectations, expectAmount, expectNonEmptyText, expectOptions } from "./support/options.ts";

/** How a file is judged. Every option is optional. */
export interface FileAgeOptions {
  /** YELLOW from this age. Left out: only `maxAgeMs` counts. */
  readonly warnAgeMs?: number;
  /** RED when the file is smaller: a job that fails often leaves an empty file. Left out: the size does not matter. */
  readonly minBytes?: number;
}

const OPTIONS: Expectations<FileAgeOptions> = { warnAgeMs: expectAmount, minBytes: expectAmount };

/**
 * Asks when a file was written last: the backup, the export, the sign of life of a cron job.
 *
 * YELLOW from `warnAgeMs`; RED from `maxAgeMs`, when the file is too small, or when there is none. A file from the
 * future is new.
 *
 * @example
 * addStatusHandler("NightlyBackup", fileAge("/backup/latest.dump", 26 * 3_600_000, { minBytes: 1_000_000 }));
 * @throws TypeError for a path, an age or an option that cannot be right.
 */
export function fileAge(path: string, maxAgeMs: number, options: FileAgeOptions = {}): StatusFunction {
  expectNonEmptyText("path", path);
  expectNumber("maxAgeMs", maxAgeMs, { min: 1, max: Number.MAX_SAFE_INTEGER });
  expectOptions(options, OPTIONS);
  const { warnAgeMs, minBytes } = options;

  return withFailureKind(async function askFileAge() {
    const { mtimeMs, size } = await stat(path);
    const measures: Measure[] = [
      measureRising({
        what: "written",
        label: "age_seconds",
        value: Math.max(0, Date.now() - mtimeMs),
        scale: 0.001,
        format: (ms) => formatSeconds(ms / 1_000),
        of: "ago",
        warn: warnAgeMs,
        max: maxAgeMs,
      }),
      measureFalling({
        what: "size",
        label: "size_bytes",
        value: size,
        format: formatBytes,
        warn: undefined,
        min: minBytes,
      }),
    ];
    return toStatus(measures);
  });
}

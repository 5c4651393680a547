import { stat } from "node:fs/promises";
import { withDefaultScope } from "../core/default-scope.ts";
import type { StatusFunction } from "../core/handler.ts";
import { expectShape, readOptions } from "../options/read-options.ts";
import { AMOUNT, LINE } from "../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../options/shape.ts";
import { define } from "./support/definition.ts";
import { withFailureKind } from "./support/failure.ts";
import {
  formatBytes,
  formatSeconds,
  type Measure,
  measureFalling,
  measureRising,
  toStatus,
} from "./support/measure.ts";

/** Limits for a file. */
export interface FileAgeOptions {
  /** RED from this age. */
  readonly maxAgeMs: number;
  /** YELLOW from this age. Default: only `maxAgeMs` counts. */
  readonly warnAgeMs?: number;
  /** RED if the file is smaller: a failing job often leaves an empty file. Default: any size is OK. */
  readonly minBytes?: number;
}

const OPTIONS: OptionShapes<FileAgeOptions, WithDefaults<FileAgeOptions, "warnAgeMs" | "minBytes">> = {
  maxAgeMs: { ...AMOUNT, min: 1, required: true },
  warnAgeMs: AMOUNT,
  minBytes: AMOUNT,
};

/**
 * Checks when a file was last written: a backup, an export, the heartbeat of a cron job.
 *
 * YELLOW from `warnAgeMs`; RED from `maxAgeMs`, if the file is too small, or if it does not exist. A
 * modification time in the future counts as age 0.
 *
 * @example
 * addStatusHandler("NightlyBackup", fileAge("/backup/latest.dump", { maxAgeMs: 26 * 3_600_000 }));
 * @throws TypeError for an invalid path or option.
 */
export function fileAge(path: string, options: FileAgeOptions): StatusFunction {
  expectShape(LINE, path, "path");
  const { maxAgeMs, warnAgeMs, minBytes } = readOptions(OPTIONS, options);

  const run = withFailureKind(async function checkFileAge() {
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
  return withDefaultScope(run, "instance");
}

define(fileAge, {
  title: "File",
  target: LINE,
  options: OPTIONS,
});

import { statfs } from "node:fs/promises";
import { withDefaultScope } from "../core/default-scope.ts";
import type { StatusFunction } from "../core/handler.ts";
import { expectShape, readOptions } from "../options/read-options.ts";
import { AMOUNT, LINE, RATIO } from "../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../options/shape.ts";
import { define } from "./support/definition.ts";
import { withFailureKind } from "./support/failure.ts";
import {
  formatBytes,
  formatCount,
  formatRatio,
  type Measure,
  measureFalling,
  measureRising,
  toStatus,
} from "./support/measure.ts";

/** Limits for a file system. Every option is optional. */
export interface DiskOptions {
  /**
   * YELLOW from this ratio of used space.
   * @default 0.85
   */
  readonly warnUsedRatio?: number;
  /**
   * RED from this ratio of used space. Some databases stop writing at 0.95.
   * @default 0.95
   */
  readonly maxUsedRatio?: number;
  /** YELLOW if fewer bytes are free. Default: only the ratio counts. */
  readonly warnFreeBytes?: number;
  /** RED if fewer bytes are free. Default: only the ratio counts. */
  readonly minFreeBytes?: number;
  /**
   * YELLOW from this ratio of used inodes: without a free inode, no file can be created.
   * @default 0.85
   */
  readonly warnUsedInodeRatio?: number;
  /**
   * RED from this ratio of used inodes.
   * @default 0.95
   */
  readonly maxUsedInodeRatio?: number;
}

const OPTIONS: OptionShapes<DiskOptions, WithDefaults<DiskOptions, "warnFreeBytes" | "minFreeBytes">> = {
  warnUsedRatio: { ...RATIO, default: 0.85 },
  maxUsedRatio: { ...RATIO, default: 0.95 },
  warnFreeBytes: AMOUNT,
  minFreeBytes: AMOUNT,
  warnUsedInodeRatio: { ...RATIO, default: 0.85 },
  maxUsedInodeRatio: { ...RATIO, default: 0.95 },
};

/**
 * Checks the free space and inodes on the file system that contains `path`, as seen by a process that cannot
 * use the blocks reserved for root.
 *
 * YELLOW and RED by the limits; RED if the path cannot be read.
 *
 * @example
 * addStatusHandler("Uploads", disk("/var/lib/uploads"));
 * @throws TypeError for an invalid path or option.
 */
export function disk(path: string, options: DiskOptions = {}): StatusFunction {
  expectShape(LINE, path, "path");
  const { warnUsedRatio, maxUsedRatio, warnFreeBytes, minFreeBytes, warnUsedInodeRatio, maxUsedInodeRatio } =
    readOptions(OPTIONS, options);

  const run = withFailureKind(async function checkDisk() {
    const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
    // As in df, the blocks reserved for root count as neither free nor used.
    const usable = blocks - bfree + bavail;
    const measures: Measure[] = [
      measureFalling({
        what: "free",
        label: "free_bytes",
        value: bavail * bsize,
        format: formatBytes,
        of: `of ${formatBytes(blocks * bsize)}`,
        warn: warnFreeBytes,
        min: minFreeBytes,
      }),
      measureRising({
        what: "used",
        label: "used_ratio",
        value: usable > 0 ? 1 - bavail / usable : 1,
        format: formatRatio,
        warn: warnUsedRatio,
        max: maxUsedRatio,
      }),
    ];
    // Some file systems create inodes on demand and report a total of 0.
    if (files > 0) {
      const limits = { warn: warnUsedInodeRatio, max: maxUsedInodeRatio };
      measures.push(
        { state: "OK", text: `free inodes ${formatCount(ffree)}`, labels: { free_inodes: ffree } },
        measureRising({
          what: "used",
          label: "used_inode_ratio",
          value: 1 - ffree / files,
          format: formatRatio,
          ...limits,
        }),
      );
    }
    return toStatus(measures);
  });
  return withDefaultScope(run, "instance");
}

define(disk, {
  title: "Disk",
  target: LINE,
  options: OPTIONS,
});

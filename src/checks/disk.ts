import { statfs } from "node:fs/promises";
import type { StatusFunction } from "../core/handler.ts";
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
import {
  type Expectations,
  expectAmount,
  expectNonEmptyText,
  expectOptions,
  expectRatio,
} from "./support/options.ts";

/** When a file system is too full. Every option is optional. */
export interface DiskOptions {
  /**
   * YELLOW from this part of the space in use.
   * @default 0.85
   */
  readonly warnUsedRatio?: number;
  /**
   * RED from this part of the space in use. Some databases stop writing at 0.95.
   * @default 0.95
   */
  readonly maxUsedRatio?: number;
  /** YELLOW when fewer bytes are free. Left out: only the ratio counts. */
  readonly warnFreeBytes?: number;
  /** RED when fewer bytes are free. Left out: only the ratio counts. */
  readonly minFreeBytes?: number;
  /**
   * YELLOW from this part of the inodes in use: a full table refuses new files while bytes are free.
   * @default 0.85
   */
  readonly warnUsedInodeRatio?: number;
  /**
   * RED from this part of the inodes in use.
   * @default 0.95
   */
  readonly maxUsedInodeRatio?: number;
}

const OPTIONS: Expectations<DiskOptions> = {
  warnUsedRatio: expectRatio,
  maxUsedRatio: expectRatio,
  warnFreeBytes: expectAmount,
  minFreeBytes: expectAmount,
  warnUsedInodeRatio: expectRatio,
  maxUsedInodeRatio: expectRatio,
};

/**
 * Asks how much space and how many inodes are left on the file system that holds `path`, as a process without
 * root's reserve sees it.
 *
 * YELLOW and RED by the limits; RED when the path cannot be read.
 *
 * @example
 * addStatusHandler("Uploads", disk("/var/lib/uploads"));
 * @throws TypeError for a path or an option that cannot be right.
 */
export function disk(path: string, options: DiskOptions = {}): StatusFunction {
  expectNonEmptyText("path", path);
  expectOptions(options, OPTIONS);
  const { warnUsedRatio = 0.85, maxUsedRatio = 0.95, warnFreeBytes, minFreeBytes } = options;
  const { warnUsedInodeRatio = 0.85, maxUsedInodeRatio = 0.95 } = options;

  return withFailureKind(async function askDisk() {
    const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
    // What root has reserved counts as neither free nor used, as df shows it.
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
    // Some file systems make inodes as they need them and count none.
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
}

import { publish } from "./rows.mjs";

/** One row per server: its CPU time relative to the first server. The raw figures are included. */
export function publishRatios(rows, measured) {
  for (const [name, row] of Object.entries(rows)) {
    const { cpuRatio, cpuMs, perSecond } = measured[name];
    publish({
      ...row,
      samples: cpuRatio,
      unit: " ×",
      raw: { cpuMsPer1000: cpuMs, requestsPerSecond: perSecond },
    });
  }
}

import { publish } from "./rows.mjs";

/** A row for each server: its CPU time against that of the first. The raw figures go with it. */
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

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** An elapsed time in its largest whole unit: `300 ms`, `4 s`, `3 min`, `5 h`, `2 d`. */
export function toElapsedText(elapsedMs: number): string {
  const [unit, unitMs] = UNITS.find(([, ms]) => elapsedMs >= ms) ?? ["ms", 1];
  return `${Math.max(0, Math.floor(elapsedMs / unitMs))} ${unit}`;
}

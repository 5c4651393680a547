import { type Spell, toShare, toSpells } from "./axis-spells.ts";
import { type ToClock, toAxisText } from "./axis-text.ts";
import type { AxisMark, Turn } from "./axis-turns.ts";
import { AXIS_LABELS, AXIS_UNITS, type AxisWindow } from "./axis-window.ts";

/** The axis of one handler. It changes only if something in the window does. */
export interface DrawnAxis {
  /** The paths of the bars, in a view box of `AXIS_UNITS` by `AXIS_HEIGHT`. */
  readonly paths: Readonly<Record<AxisMark, string>>;
  /** The share of the known time that was OK. */
  readonly share: string;
  toText(format: ToClock): string;
}

export interface AxisTicks {
  readonly path: string;
  readonly labels: readonly { readonly x: string; readonly text: string }[];
}

/** The height of an axis in its view box. */
export const AXIS_HEIGHT = 12;

/** The worse the state, the taller its bar, because some people cannot distinguish the colors. */
const HEIGHTS: Readonly<Record<AxisMark, number>> = { unknown: 1, OK: 4, YELLOW: 8, RED: 12 };

/** Length of the date before the time of a day. */
const DATE_LENGTH = 5;

/** `starts` are those of processes, oldest first. */
export function drawAxis(
  turns: readonly Turn[],
  window: AxisWindow,
  starts: readonly number[] = [],
): DrawnAxis {
  const spells = toSpells(turns, window);
  return {
    paths: {
      unknown: toPath(spells, "unknown", window),
      OK: toPath(spells, "OK", window),
      YELLOW: toPath(spells, "YELLOW", window),
      RED: toPath(spells, "RED", window),
    },
    share: toShare(spells),
    toText: (format) => toAxisText(spells, starts, window, format),
  };
}

/** The marks of the starts in a window. */
export function drawStarts(starts: readonly number[], window: AxisWindow): string {
  const shown = starts.filter((at) => at >= window.from && at < window.to);
  return [...new Set(shown.map((at) => `M${toX(at, window)} 0V${AXIS_HEIGHT}`))].join("");
}

/** The ticks of a window, at the full hours of a time zone. */
export function drawTicks(window: AxisWindow, offsetMs: number, toClock: ToClock): AxisTicks {
  const { from, to, tickMs, labelMs } = window;
  const atEach = (stepMs: number): readonly number[] => {
    const first = Math.ceil((from + offsetMs) / stepMs) * stepMs - offsetMs;
    return Array.from(
      { length: Math.floor((to - first) / stepMs) + 1 },
      (_, index) => first + index * stepMs,
    );
  };
  const labels = atEach(labelMs).slice(0, AXIS_LABELS);
  return {
    path: atEach(tickMs)
      .map((at) => `M${toX(at, window)} 0v3`)
      .join(""),
    labels: labels.map((at) => ({
      x: `${((100 * (at - from)) / (to - from)).toFixed(1)}%`,
      text: window.isLong ? toClock(at, true).slice(0, DATE_LENGTH) : toClock(at, false),
    })),
  };
}

function toX(at: number, { from, to }: AxisWindow): number {
  return Math.round((AXIS_UNITS * (at - from)) / (to - from));
}

/** Spells that are too short for a unit are drawn once, by the width of the stroke. */
function toPath(spells: readonly Spell[], mark: AxisMark, window: AxisWindow): string {
  const top = AXIS_HEIGHT - HEIGHTS[mark];
  const bars = spells
    .filter((spell) => spell.mark === mark)
    .map(({ from, to }) => `M${toX(from, window)} ${AXIS_HEIGHT}V${top}H${toX(to, window)}V${AXIS_HEIGHT}z`);
  return [...new Set(bars)].join("");
}

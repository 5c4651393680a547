import { encode, type Line } from "./lines.ts";

/** Maximum size of the lines that wait to be written. Further lines are dropped and counted. */
export const MAX_PENDING_BYTES = 1_000_000;

/** Maximum number of lines that are not built yet. */
export const MAX_UNMADE_LINES = 1_000;

export interface PendingLine {
  readonly line: Line;
  readonly text: string;
}

/** The lines that wait to be written, oldest first. */
export interface PendingLines {
  readonly isEmpty: boolean;
  /** Adds a line that is built later, at the latest before it is written. */
  push(toLine: () => Line): void;
  /** Builds all lines that are not built yet. */
  make(): void;
  /** Replaces the lines. */
  amend(toAmended: (line: Line) => Line): void;
  /** Removes and returns all lines. */
  removeAll(): readonly PendingLine[];
  /** Reinserts lines before the others. */
  restore(lines: readonly PendingLine[]): void;
  /**
   * Number of dropped lines since the last call. After the first dropped line, all further lines are dropped
   * until then.
   */
  resetLost(): number;
}

export function createPendingLines(): PendingLines {
  let unmade: (() => Line)[] = [];
  let lines: PendingLine[] = [];
  let bytes = 0;
  let lost = 0;

  function set(newLines: PendingLine[]): void {
    lines = newLines;
    bytes = lines.reduce((sum, { text }) => sum + text.length, 0);
  }

  function make(): void {
    const pushed = unmade;
    unmade = [];
    for (const toLine of pushed) add(toLine);
  }

  function add(toLine: () => Line): void {
    if (lost === 0) {
      const pending = toPending(toLine());
      const newBytes = bytes + pending.text.length;
      if (newBytes <= MAX_PENDING_BYTES) {
        lines.push(pending);
        bytes = newBytes;
        return;
      }
    }
    lost += 1;
  }

  return {
    get isEmpty() {
      return lines.length === 0 && unmade.length === 0;
    },
    push(toLine) {
      unmade.push(toLine);
      if (unmade.length >= MAX_UNMADE_LINES) make();
    },
    make,
    amend(toAmended) {
      make();
      set(lines.map(({ line }) => toPending(toAmended(line))));
    },
    removeAll() {
      make();
      const removed = lines;
      set([]);
      return removed;
    },
    restore: (earlier) => set([...earlier, ...lines]),
    resetLost() {
      make();
      const dropped = lost;
      lost = 0;
      return dropped;
    },
  };
}

function toPending(line: Line): PendingLine {
  return { line, text: encode(line) };
}

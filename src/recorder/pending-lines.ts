import { encode, type Line } from "./lines.ts";

/** Maximum size of the lines that wait for the disk. Further lines are dropped and counted. */
export const MAX_PENDING_BYTES = 1_000_000;

export interface PendingLine {
  readonly line: Line;
  readonly text: string;
}

/** The lines that wait for the disk, oldest first. */
export interface PendingLines {
  readonly isEmpty: boolean;
  push(line: Line): void;
  /** Replaces the lines. */
  amend(toAmended: (line: Line) => Line): void;
  /** Takes all lines, to write them. */
  take(): readonly PendingLine[];
  /** Puts lines back before the others. */
  putBack(lines: readonly PendingLine[]): void;
  /** Number of dropped lines since the last call. After a dropped line, all further ones are dropped. */
  takeLost(): number;
}

export function createPendingLines(): PendingLines {
  let lines: PendingLine[] = [];
  let bytes = 0;
  let lost = 0;

  function set(newLines: PendingLine[]): void {
    lines = newLines;
    bytes = lines.reduce((sum, { text }) => sum + text.length, 0);
  }

  return {
    get isEmpty() {
      return lines.length === 0;
    },
    push(line) {
      const pending = toPending(line);
      const newBytes = bytes + pending.text.length;
      if (lost > 0 || newBytes > MAX_PENDING_BYTES) {
        lost += 1;
        return;
      }
      lines.push(pending);
      bytes = newBytes;
    },
    amend: (toAmended) => set(lines.map(({ line }) => toPending(toAmended(line)))),
    take() {
      const taken = lines;
      set([]);
      return taken;
    },
    putBack: (earlier) => set([...earlier, ...lines]),
    takeLost() {
      const dropped = lost;
      lost = 0;
      return dropped;
    },
  };
}

function toPending(line: Line): PendingLine {
  return { line, text: encode(line) };
}

import type { Io } from "../io.ts";
import { onSuspension, stopAll } from "../terminal/suspension.ts";

/** The whole terminal, until it is given back as it was. */
export interface Screen {
  draw(lines: readonly string[]): void;
  ring(): void;
  close(): void;
}

/** The other screen, without a cursor. A line that is too wide, or is shown wider than we think, goes on in no other line. */
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
const BELL = "\u0007";

const CTRL_C = "\u0003";
const CTRL_Z = "\u001a";

/**
 * Takes the other screen of the terminal, and its keys: `q` calls `onQuit`, and Ctrl-C and Ctrl-Z are the signals that
 * they always are.
 */
export function openScreen({ stdin, stdout }: Pick<Io, "stdin" | "stdout">, onQuit: () => void): Screen {
  const takesKeys = stdin.isTTY === true;
  let shown: readonly string[] = [];
  const stopWatching = onSuspension({ suspend: leave, resume: enter });

  function receive(keys: Buffer): void {
    for (const key of keys.toString("latin1")) {
      if (key === "q") onQuit();
      // Without raw mode the terminal would send these, and show them too.
      if (key === CTRL_C) process.emit("SIGINT", "SIGINT");
      if (key === CTRL_Z) stopAll();
    }
  }

  function enter(): void {
    // In the background this stops the process again, before it writes.
    if (takesKeys) stdin.setRawMode(true);
    stdout.write(ENTER);
    draw(shown);
  }

  function draw(lines: readonly string[]): void {
    shown = lines;
    const last = lines.length - 1;
    // Cleared before: behind a line as wide as the terminal its last letter would be cleared.
    const text = lines.map((line, index) => (index === last ? CLEAR_BELOW : CLEAR_LINE) + line);
    stdout.write(HOME + text.join("\r\n"));
  }

  function leave(): void {
    stdout.write(LEAVE);
    if (takesKeys) stdin.setRawMode(false);
  }

  function close(): void {
    process.off("exit", close);
    stopWatching();
    leave();
    if (!takesKeys) return;
    stdin.off("data", receive);
    stdin.pause();
  }

  // The terminal has gone. Not every process of it is told so.
  stdin.on("error", () => process.emit("SIGHUP", "SIGHUP"));
  process.once("exit", close);
  enter();
  if (takesKeys) stdin.on("data", receive);
  return { draw, ring: () => stdout.write(BELL), close };
}

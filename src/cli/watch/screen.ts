import type { Io } from "../io.ts";
import { onSuspension, stopAll } from "../terminal/suspension.ts";
import { toKeys } from "./keys.ts";

/** The whole terminal, until it is restored. */
export interface Screen {
  /** Whether there is a keyboard. */
  readonly takesKeys: boolean;
  draw(lines: readonly string[]): void;
  ring(): void;
  close(): void;
}

/**
 * The alternate screen, without a cursor and without wrapping, so that a line that is too wide, or wider than
 * measured, stays one line.
 */
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
const BELL = "\u0007";

const CTRL_C = "\u0003";
const CTRL_Z = "\u001a";

/**
 * Opens the alternate screen of the terminal, and reads its keys. Ctrl-C and Ctrl-Z send their usual signals.
 */
export function openScreen(
  { stdin, stdout }: Pick<Io, "stdin" | "stdout">,
  onKey: (key: string) => void,
): Screen {
  const takesKeys = stdin.isTTY === true;
  let shown: readonly string[] = [];
  const stopWatching = onSuspension({ suspend: leave, resume: enter });

  const decoder = new TextDecoder();

  function receive(bytes: Buffer): void {
    for (const key of toKeys(decoder.decode(bytes, { stream: true }))) {
      // In raw mode, the terminal does not send these signals.
      if (key === CTRL_C) process.emit("SIGINT", "SIGINT");
      else if (key === CTRL_Z) stopAll();
      else onKey(key);
    }
  }

  function enter(): void {
    // In the background, this stops the process again before it writes.
    if (takesKeys) stdin.setRawMode(true);
    stdout.write(ENTER);
    draw(shown);
  }

  function draw(lines: readonly string[]): void {
    shown = lines;
    const last = lines.length - 1;
    // Clear before the text: after a line as wide as the terminal, clearing would remove its last letter.
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

  // The terminal is gone. Not every process of it gets SIGHUP.
  stdin.on("error", () => process.emit("SIGHUP", "SIGHUP"));
  process.once("exit", close);
  enter();
  if (takesKeys) stdin.on("data", receive);
  return { takesKeys, draw, ring: () => stdout.write(BELL), close };
}

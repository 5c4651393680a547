import type { Io } from "../io.ts";

/** The whole terminal, until it is given back as it was. */
export interface Screen {
  draw(lines: readonly string[]): void;
  ring(): void;
  close(): void;
}

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_REST_OF_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
const BELL = "\u0007";

const CTRL_C = "\u0003";

/** Takes the other screen of the terminal, and its keys: `q` calls `onQuit`, and Ctrl-C is the signal that it always is. */
export function openScreen({ stdin, stdout }: Pick<Io, "stdin" | "stdout">, onQuit: () => void): Screen {
  const takesKeys = stdin.isTTY === true;

  function receive(keys: Buffer): void {
    for (const key of keys.toString("latin1")) {
      if (key === "q") onQuit();
      // Without raw mode the terminal would send it, and show it too.
      if (key === CTRL_C) process.emit("SIGINT", "SIGINT");
    }
  }

  function close(): void {
    process.off("exit", close);
    stdout.write(LEAVE);
    if (!takesKeys) return;
    stdin.off("data", receive);
    stdin.setRawMode(false);
    stdin.pause();
  }

  process.once("exit", close);
  stdout.write(ENTER);
  if (takesKeys) {
    stdin.setRawMode(true);
    stdin.on("data", receive);
  }
  return {
    draw: (lines) =>
      stdout.write(HOME + lines.map((line) => line + CLEAR_REST_OF_LINE).join("\r\n") + CLEAR_BELOW),
    ring: () => stdout.write(BELL),
    close,
  };
}

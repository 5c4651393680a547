import type { Output } from "../io.ts";
import { clean } from "./clean.ts";
import { onSuspension } from "./suspension.ts";
import { truncate } from "./width.ts";

/** Shows what the command waits for. */
export interface ProgressDisplay {
  show(text: string): void;
  /** Removes the progress line. */
  stop(): void;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;

/** The terminal itself shows `^C` after the line. This must not start another line. */
const MARGIN = 3;

const CLEAR_LINE = "\r\u001b[2K";
const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";

/** On a terminal, updates one line; otherwise, writes a line per new text. */
export function createProgress(output: Output): ProgressDisplay {
  return output.isTTY ? createSpinner(output) : createLines(output);
}

function createSpinner(output: Output): ProgressDisplay {
  let text = "";
  let frame = 0;
  const startedAt = performance.now();
  const timer = setInterval(draw, FRAME_MS);
  const stopWatching = onSuspension({ suspend: restore, resume: begin });
  begin();
  process.once("exit", restore);

  function begin(): void {
    output.write(HIDE_CURSOR);
  }

  function draw(): void {
    const time = ` (${Math.floor((performance.now() - startedAt) / 1_000)}s)`;
    const line = truncate(`${FRAMES[frame % FRAMES.length]} ${text}`, output.columns - MARGIN - time.length);
    output.write(CLEAR_LINE + line + time);
    frame += 1;
  }

  function restore(): void {
    output.write(CLEAR_LINE + SHOW_CURSOR);
  }

  return {
    show(next) {
      text = clean(next);
      draw();
    },
    stop() {
      clearInterval(timer);
      stopWatching();
      process.off("exit", restore);
      restore();
    },
  };
}

function createLines(output: Output): ProgressDisplay {
  let last = "";
  return {
    show(next) {
      if (next !== last) output.write(`${clean(next)}\n`);
      last = next;
    },
    stop() {},
  };
}

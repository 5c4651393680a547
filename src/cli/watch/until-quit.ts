import type { ExitStatus } from "../command.ts";
import type { Io } from "../io.ts";
import { createLineDisplay, createScreenDisplay, type Display, type DisplayOptions } from "./display.ts";

/** Shows what `watch` passes to the display until the user ends it. Its signal aborts then. */
export async function watchUntilQuit(
  io: Io,
  options: Omit<DisplayOptions, "quit">,
  watch: (display: Display, signal: AbortSignal) => Promise<unknown>,
): Promise<ExitStatus> {
  const quitting = new AbortController();
  const quit = (): void => quitting.abort();
  io.signal.addEventListener("abort", quit);
  const display = io.stdout.isTTY ? createScreenDisplay(io, { ...options, quit }) : createLineDisplay(io);
  try {
    await watch(display, quitting.signal);
  } catch (error) {
    if (!quitting.signal.aborted) throw error;
  } finally {
    quit();
    io.signal.removeEventListener("abort", quit);
    display.close();
  }
  return 0;
}

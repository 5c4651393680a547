import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** How a program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs beside the test. */
export interface Program {
  /** Everything it has printed, on both channels. */
  readonly lines: readonly string[];
  /** The next line that matches, among those that have been printed or are to come. */
  waitForLine(pattern: RegExp, from?: number): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** When everything that it printed has been read. */
  readonly exit: Promise<Exit>;
}

/** Starts a program in the foreground. It is killed when the test is over. */
export function startProgram(program: string, args: readonly string[]): Program {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });

  /** A program that ends without having printed the line fails whoever waits for it. */
  function waitForLine(pattern: RegExp, from = 0): Promise<string> {
    return new Promise((resolve, reject) => {
      function look(): void {
        const line = lines.slice(from).find((each) => pattern.test(each));
        if (line === undefined) return;
        waiting.delete(look);
        resolve(line);
      }
      waiting.add(look);
      look();
      exit.then(() => {
        if (waiting.has(look)) reject(new Error(`${program} never printed ${pattern}:\n${lines.join("\n")}`));
      }, reject);
    });
  }

  return { lines, waitForLine, kill: (signal) => void child.kill(signal), exit };
}

/** Ends a program, and starts it again. */
export async function restartProgram(
  running: Program,
  start: () => Promise<Program>,
  whileDown?: () => Promise<void>,
): Promise<Program> {
  running.kill("SIGTERM");
  await running.exit;
  await whileDown?.();
  return start();
}

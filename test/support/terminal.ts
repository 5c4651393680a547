import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

/** A real terminal: what a shell in tmux shows. */
export interface Terminal {
  /** Types text as it is. */
  type(text: string): Promise<void>;
  /** Presses keys by the names that tmux has for them: `Enter`, `Tab`, `C-c`. */
  press(...keys: string[]): Promise<void>;
  /** What is on the screen now, without the spaces at the ends of lines and the empty lines below. */
  read(options?: { readonly withColors?: boolean }): Promise<string>;
  /** Reads again and again until the screen matches. */
  waitFor(pattern: RegExp): Promise<string>;
  /** A variable of tmux, such as `cursor_flag`. */
  ask(variable: string): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  /** Takes the terminal away from all that runs in it. */
  hangUp(): Promise<void>;
}

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const GIVE_UP_MS = 30_000;
const LOOK_AGAIN_MS = 25;

const execute = promisify(execFile);

/** Starts a shell in a terminal of its own, which is closed when the test is over. */
export async function startTerminal(shell: string, options: TerminalOptions = {}): Promise<Terminal> {
  const { columns = 120, rows = 24, env = {} } = options;
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  const socket = join(folder, "tmux");
  const variables = Object.entries({ LC_ALL: "C.UTF-8", ...env }).flatMap(([name, value]) => [
    "-e",
    `${name}=${value}`,
  ]);

  async function tmux(...args: string[]): Promise<string> {
    const { stdout } = await execute("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...args]);
    return stdout;
  }

  onTestFinished(async () => {
    await tmux("kill-server");
    rmSync(folder, { recursive: true, force: true });
  });
  await tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), ...variables, shell);

  async function read({ withColors = false } = {}): Promise<string> {
    const screen = await tmux("capture-pane", "-p", ...(withColors ? ["-e"] : []));
    return screen.replace(/ +$/gm, "").trimEnd();
  }

  return {
    type: async (text) => void (await tmux("send-keys", "-l", "--", text)),
    press: async (...keys) => void (await tmux("send-keys", ...keys)),
    read,
    async waitFor(pattern) {
      const giveUpAt = performance.now() + GIVE_UP_MS;
      for (;;) {
        const screen = await read();
        if (pattern.test(screen)) return screen;
        if (performance.now() > giveUpAt) throw new Error(`the screen never showed ${pattern}:\n${screen}`);
        await sleep(LOOK_AGAIN_MS);
      }
    },
    ask: async (variable) => (await tmux("display-message", "-p", `#{${variable}}`)).trim(),
    resize: async (width, height) =>
      void (await tmux("resize-window", "-x", String(width), "-y", String(height))),
    // Another program in the same place keeps tmux going.
    hangUp: async () => void (await tmux("respawn-pane", "-k", "cat")),
  };
}

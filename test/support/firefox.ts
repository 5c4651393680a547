import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { startProgram } from "./program.ts";

/** A page of Firefox. */
export interface FirefoxPage {
  open(url: string): Promise<void>;
  /** The value of an expression, as JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** Resizes the viewport, in CSS pixels. */
  resize(width: number, height: number): Promise<void>;
  /** Presses a key. Without a window, buttons of Firefox ignore Enter and the space bar. */
  press(key: Key): Promise<void>;
  /** The page on A4 paper, as a PDF. */
  print(): Promise<Buffer>;
}

/** Keys, with the characters that WebDriver has for them. */
const KEYS = { ArrowLeft: "\ue012", Tab: "\ue004" } as const;

type Key = keyof typeof KEYS;

type Send = (method: string, params: object) => Promise<Readonly<Record<string, unknown>>>;

/**
 * Firefox as Debian packages it, without a window and with a new profile. It is ended when the test is over.
 *
 * @see https://w3c.github.io/webdriver-bidi/
 */
export async function openFirefox(preferences: Readonly<Record<string, number>> = {}): Promise<FirefoxPage> {
  const profile = await mkdtemp(join(tmpdir(), "svc-status-"));
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${value});\n`);
  await writeFile(join(profile, "user.js"), lines.join(""));
  onTestFinished(() => rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"];
  const firefox = startProgram("firefox-esr", args);
  onTestFinished(async () => {
    firefox.kill("SIGKILL");
    await firefox.exit;
  });
  const line = await firefox.waitForLine(/WebDriver BiDi listening on/);
  const send = await connect(`${line.split(" ").at(-1)}/session`);
  await send("session.new", { capabilities: {} });
  const { contexts } = (await send("browsingContext.getTree", {})) as {
    readonly contexts: readonly { readonly context: string }[];
  };
  const context = contexts[0]?.context;

  return {
    async open(url) {
      await send("browsingContext.navigate", { context, url, wait: "complete" });
    },
    async evaluate(expression) {
      const { result } = await send("script.evaluate", {
        expression: `JSON.stringify(${expression})`,
        target: { context },
        awaitPromise: false,
      });
      return JSON.parse((result as { readonly value: string }).value);
    },
    async resize(width, height) {
      await send("browsingContext.setViewport", { context, viewport: { width, height } });
    },
    async press(key) {
      const value = KEYS[key];
      const actions = [
        { type: "keyDown", value },
        { type: "keyUp", value },
      ];
      await send("input.performActions", { context, actions: [{ type: "key", id: "keyboard", actions }] });
    },
    async print() {
      const { data } = await send("browsingContext.print", { context, page: { width: 21, height: 29.7 } });
      return Buffer.from(String(data), "base64");
    },
  };
}

/** Sends commands, and rejects with the error of one that fails. */
async function connect(url: string): Promise<Send> {
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  const waiting = new Map<number, PromiseWithResolvers>();
  socket.on("message", (text) => {
    const { id, result, message } = JSON.parse(String(text));
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (result === undefined) reject?.(new Error(message));
    else resolve?.(result);
  });
  let count = 0;
  return function send(method, params) {
    count += 1;
    socket.send(JSON.stringify({ id: count, method, params }));
    return new Promise((resolve, reject) => waiting.set(count, { resolve, reject }));
  };
}

interface PromiseWithResolvers {
  readonly resolve: (value: Readonly<Record<string, unknown>>) => void;
  readonly reject: (error: Error) => void;
}

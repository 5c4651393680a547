import { afterEach, describe, expect, test } from "vitest";
import { isProvider, type StatusHandler } from "../../src/core/handler.ts";
import type { HandlerOptions } from "../../src/core/handler-options.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { Entry } from "../../src/core/report.ts";
import { OK, RED, type State, YELLOW } from "../../src/core/state.ts";

/** How often a check is asked to see whether it leaves something behind. */
const RUNS = 20;

/** Stands for a password wherever a check or its client could have one. */
export const SECRET = "hunter2-secret";

/** A check together with the thing that it asks. */
export interface Asked {
  readonly handler: StatusHandler;
  /** Ends the thing that is asked. The check itself must need none, unless it has a `close`. */
  close?(): unknown;
}

/** A thing that never answers. */
export interface Unanswered extends Asked {
  /** Resolves as soon as the check has asked. */
  readonly asked: Promise<unknown>;
  /** For a client that can be told to stop: resolves once it was told. */
  readonly cancelled?: Promise<unknown>;
  /** For a client that cannot: answers at last. */
  answerLate?(): void;
}

/** What a check must be tried with. */
export interface CheckSubject {
  /** The function's name; the file's is the same in kebab-case. */
  readonly name: string;
  readonly well: () => Asked | Promise<Asked>;
  /** Broken things, by what stands in front of the detail. At least one has `SECRET` where errors could show it. */
  readonly broken: Readonly<Record<string, () => Asked | Promise<Asked>>>;
  /** Things that somebody should look at, by what the detail must hold. */
  readonly worrying?: Readonly<Record<string, () => Asked | Promise<Asked>>>;
  /** Left out for what answers at once. */
  readonly unanswered?: () => Unanswered | Promise<Unanswered>;
  /** Calls that must throw a TypeError, by what its text must hold. */
  readonly mistakes: Readonly<Record<string, () => unknown>>;
}

/** What every check in src/checks has to satisfy. */
export function describeCheck(subject: CheckSubject): void {
  const { name, well, broken, worrying = {}, unanswered, mistakes } = subject;
  const file = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const open: Asked[] = [];

  async function start<Kind extends Asked>(make: () => Kind | Promise<Kind>): Promise<Kind> {
    const asked = await make();
    open.push(asked);
    return asked;
  }

  afterEach(async () => {
    for (const asked of open.splice(0)) await closeAll(asked);
  });

  describe(`the check ${name}`, () => {
    test("is the one function of its file", async () => {
      const module = (await import(`../../src/checks/${file}.ts`)) as Record<string, unknown>;
      expect(Object.keys(module)).toEqual([name]);
      expect(module[name]).toBeTypeOf("function");
    });

    test("is OK when all is well", async () => {
      const { handler } = await start(well);
      const entry = await ask(handler);
      expect(entry.status).toMatchObject({ state: OK });
      expectReadable(entry);
    });

    test.each(Object.entries(broken))("is RED and says: %s", async (detail, make) => {
      const { handler } = await start(make);
      const entry = await ask(handler);
      expect(entry.status.state, entry.status.detail).toBe(RED);
      expect(entry.status.detail).toMatch(startOf(detail));
      expectReadable(entry);
    });

    for (const [detail, make] of Object.entries(worrying)) {
      test(`is YELLOW and says: ${detail}`, async () => {
        const { handler } = await start(make);
        const entry = await ask(handler);
        expect(entry.status.state, entry.status.detail).toBe(YELLOW);
        expect(entry.status.detail).toContain(detail);
        expectReadable(entry);
      });
    }

    test.each(Object.entries(mistakes))("refuses at set-up: %s", (text, call) => {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(text);
      expect(call).not.toThrow(SECRET);
    });

    test("keeps no timer, no connection and no listener, however often it is asked", async () => {
      for (const make of [well, ...Object.values(broken)]) {
        const { handler } = await start(make);
        await ask(handler);
        // What Node.js or a client sets up once is no leak; one thing left for each run is.
        const allowed = (await countResources()) + RUNS / 4;
        for (let run = 0; run < RUNS; run += 1) await ask(handler);
        expect(await countResourcesDownTo(allowed)).toBeLessThanOrEqual(allowed);
      }
    });

    if (unanswered !== undefined) {
      test("honours an abort as its client can, and leaves nothing behind", async () => {
        const before = await countResources();
        const { handler, asked, cancelled, answerLate } = await start(unanswered);
        const controller = new AbortController();
        const answer = call(handler, controller.signal);
        await asked;
        controller.abort(new DOMException("timed out after 1 ms", "TimeoutError"));
        await cancelled;
        answerLate?.();
        expect(await answer).toMatchObject({ state: expect.stringMatching(/^(?:OK|RED)$/) as State });
        await closeAll(open.pop() as Asked);
        expect(await countResourcesDownTo(before)).toBeLessThanOrEqual(before);
      });
    }
  });
}

/** Asks a handler as a registry does. */
export async function ask(handler: StatusHandler, options?: HandlerOptions): Promise<Entry> {
  const registry = createStatusRegistry();
  registry.addStatusHandler("Thing", handler, options);
  const { entries } = await registry.getReport();
  registry.close();
  return entries[0] as Entry;
}

function call(handler: StatusHandler, signal: AbortSignal): unknown {
  const context = { name: "Thing", signal };
  return isProvider(handler) ? handler.status(context) : handler(context);
}

async function closeAll({ handler, close }: Asked): Promise<void> {
  await (handler as { close?: () => unknown }).close?.();
  await close?.();
}

/** Sockets, timers and requests that are open, those of the test runner among them. */
async function countResources(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((kind) => kind !== "Immediate").length;
}

/** What closes takes some turns of the event loop; a timer that waited for it would count itself. */
async function countResourcesDownTo(wanted: number): Promise<number> {
  const giveUpAt = performance.now() + 20_000;
  let count = await countResources();
  while (count > wanted && performance.now() < giveUpAt) count = await countResources();
  return count;
}

function startOf(detail: string): RegExp {
  return new RegExp(`^${detail.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`);
}

/** One line, no secret, and numbers that Prometheus can read. */
function expectReadable({ status }: Entry): void {
  const { detail = "", labels = {} } = status;
  expect(detail).not.toMatch(/[\r\n]/);
  expect(JSON.stringify(status)).not.toContain(SECRET);
  for (const value of Object.values(labels)) expect(value).toSatisfy(Number.isFinite);
  for (const label of Object.keys(labels)) expect(label).toMatch(/^[a-z][a-z_]*$/);
}

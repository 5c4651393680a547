import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { spread } from "../../../../src/http/page/client/frames.ts";

const STEP_MS = 2;

const page = { hidden: false };
let nowMs = 0;
let done: string[];
let frames: Map<number, () => void>;

beforeEach(() => {
  page.hidden = false;
  done = [];
  frames = new Map();
  let last = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("document", page);
  vi.stubGlobal("performance", { now: () => nowMs });
  vi.stubGlobal("cancelAnimationFrame", (id: number) => frames.delete(id));
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => {
    last += 1;
    frames.set(last, run);
    return last;
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function* work(name: string, steps: number): Generator<void> {
  for (let step = 1; step <= steps; step += 1) {
    nowMs += STEP_MS;
    done.push(name + step);
    yield;
  }
}

function showFrame(): void {
  const runs = [...frames.values()];
  frames.clear();
  for (const run of runs) run();
}

describe("spreading work over frames", () => {
  it("does a slice at once, and one in each frame", () => {
    spread(work("a", 8));
    expect(done).toEqual(["a1", "a2", "a3"]);
    showFrame();
    expect(done).toHaveLength(6);
    showFrame();
    expect(done).toHaveLength(8);
    expect(frames.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("finishes work before it begins other work, so that nothing piles up", () => {
    for (const name of ["a", "b", "c"]) spread(work(name, 4));
    expect(done).toEqual(["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4", "c1", "c2", "c3"]);
    expect(frames.size).toBe(1);
    expect(vi.getTimerCount()).toBe(1);
    showFrame();
    expect(done.slice(-1)).toEqual(["c4"]);
  });

  it("does everything at once on a page that nobody sees", () => {
    page.hidden = true;
    spread(work("a", 100));
    expect(done).toHaveLength(100);
  });

  it("goes on where the browser shows no frames", () => {
    spread(work("a", 5));
    vi.runAllTimers();
    expect(done).toEqual(["a1", "a2", "a3", "a4", "a5"]);
    expect(frames.size).toBe(0);
  });

  it("begins other work where the work before it fails", () => {
    spread(
      (function* fail() {
        yield* work("a", 3);
        throw new Error("failed");
      })(),
    );
    expect(() => spread(work("b", 1))).toThrow("failed");
    expect(done).toEqual(["a1", "a2", "a3", "b1"]);
  });
});

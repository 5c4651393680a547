import { describe, expect, test } from "vitest";
import { progress } from "../../../src/drain/consumers/progress.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";

const CONTEXT = { name: "Jobs", signal: new AbortController().signal };

function createSubject() {
  const clock = createFakeClock();
  const queue = { pending: 0 };
  const handler = progress({ pending: async () => queue.pending, maxStallMs: 60_000, clock });
  return { clock, queue, handler, getStatus: () => handler.status(CONTEXT) };
}

describe("progress", () => {
  test("is OK while nothing waits, however long", async () => {
    const { clock, getStatus } = createSubject();
    await clock.advance(3_600_000);
    expect(await getStatus()).toEqual({ state: "OK", labels: { pending: 0, stalled_seconds: 0 } });
  });

  test("is RED when jobs wait and none is finished", async () => {
    const { clock, queue, getStatus } = createSubject();
    queue.pending = 12;
    expect(await getStatus()).toMatchObject({ state: "OK" });
    await clock.advance(59_999);
    expect(await getStatus()).toMatchObject({ state: "OK" });
    await clock.advance(1);
    expect(await getStatus()).toEqual({
      state: "RED",
      detail: "12 waiting, none finished for 1 min",
      labels: { pending: 12, stalled_seconds: 60 },
    });
  });

  test("counts from the last finished job", async () => {
    const { clock, queue, handler, getStatus } = createSubject();
    queue.pending = 1;
    await getStatus();
    await clock.advance(50_000);
    handler.done();
    await clock.advance(50_000);
    expect(await getStatus()).toMatchObject({ state: "OK" });
    await clock.advance(10_000);
    expect(await getStatus()).toMatchObject({ state: "RED" });
    handler.done();
    expect(await getStatus()).toMatchObject({ state: "OK" });
  });

  test("counts from the moment work came after an idle time", async () => {
    const { clock, queue, handler, getStatus } = createSubject();
    handler.done();
    await getStatus();
    await clock.advance(3_600_000);
    queue.pending = 1;
    expect(await getStatus()).toMatchObject({ state: "OK" });
  });

  test.each([Number.NaN, -1, "3", undefined])("fails closed for a pending of %s", async (pending) => {
    const handler = progress({ pending: (): number => pending as number, maxStallMs: 1 });
    await expect(handler.status(CONTEXT)).rejects.toThrow("pending: expected a number");
  });

  test.each([
    ["pending: expected a function", { maxStallMs: 1 }],
    ["maxStallMs: expected a number from 1", { pending: (): number => 0, maxStallMs: 0 }],
    ["options: unknown option", { pending: (): number => 0, maxStallMs: 1, warn: 1 }],
  ])("rejects mistakes: %s", (message, options) => {
    expect(() => progress(options as never)).toThrow(message);
  });
});

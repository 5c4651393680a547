import { describe, expect, test } from "vitest";
import { endedBefore } from "../../../src/drain/consumers/ended-before.ts";
import { createDeferred } from "../../support/deferred.ts";

describe("work and a signal", () => {
  test("the work counts as ended if it ends first", async () => {
    const controller = new AbortController();
    const ended = endedBefore(controller.signal, Promise.resolve());
    await new Promise(setImmediate);
    controller.abort();
    expect(await ended).toBe(true);
  });

  test("the work has not ended if the signal aborts first, or before it began", async () => {
    const work = createDeferred<void>();
    const controller = new AbortController();
    const ended = endedBefore(controller.signal, work.promise);
    controller.abort();
    expect(await ended).toBe(false);
    expect(await endedBefore(AbortSignal.abort(), work.promise)).toBe(false);
  });

  test("an error of the work is reported, unless the signal aborted first", async () => {
    const work = createDeferred<void>();
    const ended = endedBefore(new AbortController().signal, work.promise);
    const tooLate = endedBefore(AbortSignal.abort(), work.promise);
    work.reject(new Error("no broker"));
    await expect(ended).rejects.toThrow("no broker");
    expect(await tooLate).toBe(false);
  });
});

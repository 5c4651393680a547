import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { type BullMqWorker, bullmq } from "../../../src/drain/consumers/bullmq.ts";
import { createDeferred } from "../../support/deferred.ts";

/** Behaves as a worker of bullmq 6: `close` remembers its first call, and `pause` waits for the active jobs. */
class FakeWorker extends EventEmitter {
  readonly name = "mails";
  readonly calls: string[] = [];
  readonly paused = createDeferred<void>();

  pause(): Promise<void> {
    this.calls.push("pause");
    return this.paused.promise;
  }
  resume(): void {
    this.calls.push("resume");
  }
  async close(force = false): Promise<void> {
    this.calls.push(`close ${force}`);
  }
}

function leave(worker: FakeWorker, options = {}) {
  const controller = new AbortController();
  const context = { reason: "SIGTERM", signal: controller.signal, deadlineAt: 0 };
  const consumer = bullmq(worker, options);
  return { consumer, context, abort: () => controller.abort() };
}

describe("bullmq", () => {
  test("pauses at once, finishes the active jobs and closes", async () => {
    const worker = new FakeWorker();
    let done = 0;
    const { consumer, context } = leave(worker, { progress: { done: () => (done += 1) } });
    worker.emit("active", { id: "1" });
    worker.emit("active", { id: "2" });
    worker.emit("completed", { id: "1" });
    consumer.stop(context);
    expect(worker.calls).toEqual(["pause"]);
    const result = consumer.finish(context);
    worker.emit("failed", { id: "2" });
    worker.emit("failed", { id: "a stalled job of another worker" });
    worker.emit("failed", undefined);
    worker.paused.resolve();
    expect(await result).toEqual({ finished: 1, left: 0 });
    expect(worker.calls).toEqual(["pause", "close false"]);
    expect(done).toBe(2);
    expect(consumer.name).toBe("BullMQ mails");
  });

  test("leaves the jobs that are active at the deadline", async () => {
    const worker = new FakeWorker();
    const { consumer, context, abort } = leave(worker);
    worker.emit("active", { id: "1" });
    consumer.stop(context);
    const result = consumer.finish(context);
    abort();
    expect(await result).toEqual({ finished: 0, left: 1 });
    expect(worker.calls).toEqual(["pause", "close true"]);
  });

  test("counts the jobs without progress, and survives events without a job", async () => {
    const worker = new FakeWorker();
    const { consumer, context } = leave(worker);
    worker.emit("active", undefined);
    worker.emit("failed", undefined);
    worker.emit("active", { id: "1" });
    consumer.stop(context);
    const result = consumer.finish(context);
    worker.emit("completed", { id: "1" });
    worker.paused.resolve();
    expect(await result).toEqual({ finished: 1, left: 0 });
  });

  test("reports a worker that cannot pause", async () => {
    const worker = new FakeWorker();
    const { consumer, context } = leave(worker);
    consumer.stop(context);
    worker.paused.reject(new Error("no Redis"));
    await expect(consumer.finish(context)).rejects.toThrow("no Redis");
  });

  test("takes jobs again after a decommissioning by hand", async () => {
    const worker = new FakeWorker();
    const { consumer, context } = leave(worker, { onDecommission: true });
    consumer.stop(context);
    consumer.stop(context);
    consumer.resume?.();
    expect(worker.calls).toEqual(["pause", "resume"]);
    expect(consumer.onDecommission).toBe(true);
  });

  test.each([
    ["worker: expected an object with pause(), resume(), close(), on()", () => bullmq({} as BullMqWorker)],
    ["options: unknown option", () => bullmq(new FakeWorker(), { pending: 1 } as object)],
    ["name: expected 1 to 200 characters", () => bullmq(new FakeWorker(), { name: "" })],
    ["progress: expected an object with done()", () => bullmq(new FakeWorker(), { progress: {} as never })],
    [
      "onDecommission: expected true or false",
      () => bullmq(new FakeWorker(), { onDecommission: 1 as never }),
    ],
  ])("rejects mistakes: %s", (message, create) => {
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });
});

import { createServer } from "node:http";
import tty from "node:tty";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { toDevelopmentOptions } from "../../src/drain/development.ts";
import { createDrain } from "../../src/drain/drain.ts";
import { type DrainOptions, resolveDrainOptions } from "../../src/drain/options.ts";
import { createAsk } from "../../src/testing/ask.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";

afterEach(() => vi.restoreAllMocks());

function createSubject(options: DrainOptions = {}, isTerminal = true) {
  vi.spyOn(tty, "isatty").mockImplementation((descriptor) => isTerminal && descriptor === 1);
  const clock = createFakeClock();
  const probe = createProbe();
  const drain = createDrain(createServer(), { probe, clock, ...options });
  return { clock, drain, ask: createAsk({ probe, healthProbes: true }) };
}

describe("in a terminal, a process that was never probed", () => {
  test("waits for nobody", async () => {
    const { drain } = createSubject();
    expect(await drain.start("SIGTERM")).toMatchObject({ endedBy: "development", waitMs: 0 });
  });

  test("does so with a preset too", async () => {
    const { drain } = createSubject({ preset: "kubernetes" });
    expect(await drain.start()).toMatchObject({ endedBy: "development", waitMs: 0 });
  });

  test("gives hooks three seconds, fewer than tsx watch gives the process", async () => {
    const { drain, clock } = createSubject({ onClose: [() => new Promise(() => {})] });
    const report = drain.start();
    await clock.advance(5_000);
    expect(await report).toMatchObject({ hooksMs: 3_000, ok: false });
  });

  test.each<DrainOptions>([{ fixedMs: 700 }, { floorMs: 700, capMs: 700 }, { fallbackMs: 700 }])(
    "waits as long as it was told: %j",
    async (options) => {
      const { drain, clock } = createSubject(options);
      const report = drain.start();
      await clock.advance(1_000);
      expect(await report).toMatchObject({ waitMs: 700 });
    },
  );
});

test("a process in a terminal that was probed waits", async () => {
  const { drain, clock, ask } = createSubject();
  await ask("/readyz");
  const report = drain.start();
  await clock.advance(5_000);
  expect(await report).toMatchObject({ endedBy: "fallback", waitMs: 5_000 });
});

test("a process without a terminal waits", async () => {
  const { drain, clock } = createSubject({}, false);
  const report = drain.start();
  await clock.advance(5_000);
  expect(await report).toMatchObject({ endedBy: "fallback", waitMs: 5_000 });
});

test("the times of a drain in development are short, or as short as they were set", () => {
  const long = { closeTimeoutMs: 20_000, hooksTimeoutMs: 20_000, deadlineMs: 60_000, capMs: 30_000 };
  expect(toDevelopmentOptions(resolveDrainOptions(long))).toMatchObject({
    closeTimeoutMs: 1_000,
    hooksTimeoutMs: 3_000,
    deadlineMs: 4_500,
    capMs: 0,
  });
  const short = { closeTimeoutMs: 100, hooksTimeoutMs: 200, deadlineMs: 1_000 };
  expect(toDevelopmentOptions(resolveDrainOptions(short))).toMatchObject({ ...short, capMs: 0 });
});

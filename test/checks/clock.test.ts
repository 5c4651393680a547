import { describe, expect, test } from "vitest";
import { clock } from "../../src/checks/clock.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { type Asked, ask, describeCheck } from "../contract/check.ts";

/** A check whose wall clock was set by so much after it was made. */
function jump(ms: number): Asked {
  const source = createFakeClock();
  const handler = clock({ clock: source });
  source.jump(ms);
  return { handler };
}

describeCheck({
  name: "clock",
  well: () => jump(500),
  broken: {
    "drift 60.0 s within 600.0 s (YELLOW from 1.0 s, RED from 60.0 s)": () => jump(-60_000),
  },
  worrying: {
    "drift 1.0 s within 600.0 s": () => jump(1_000),
  },
  mistakes: {
    "windowMs: expected a number from 1000": () => clock({ windowMs: 10 }),
    "warnDriftMs: expected a number": () => clock({ warnDriftMs: -1 }),
    'options: unknown option "drift"': () => clock({ drift: 1 } as object),
  },
});

describe("clock", () => {
  test("forgets a jump when its window has passed", async () => {
    const source = createFakeClock();
    const handler = clock({ clock: source, windowMs: 60_000 });
    source.jump(5_000);
    const states = [];
    for (let minute = 0; minute < 4; minute += 1) {
      states.push((await ask(handler)).status.state);
      await source.advance(30_000);
    }
    expect(states).toEqual(["YELLOW", "YELLOW", "YELLOW", "OK"]);
  });

  test("is OK on a clock that is led slowly to the right time", async () => {
    const source = createFakeClock();
    const handler = clock({ clock: source });
    for (let minute = 0; minute < 60; minute += 1) {
      source.jump(30); // 500 millionths, the most that a kernel does
      await source.advance(60_000);
      expect((await ask(handler)).status.state).toBe("OK");
    }
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Endless } from "../../../src/drain/streams/endless.ts";
import { createSpread } from "../../../src/drain/streams/spread.ts";

const LOOK_EVERY_MS = 50;

/** Streams that end when they are told to, and when that was. */
function createSubject(spreadMs: number) {
  const ends: number[] = [];
  const destroyed: object[] = [];
  const failures: string[] = [];
  const open = new Set<Endless>();
  const spread = createSpread({ startedAt: 0, spreadMs, onFailure: (message) => failures.push(message) });
  let now = 0;

  function add({ kind = "stream", end = () => {} }: Partial<Endless> = {}): object {
    const identity = {};
    const endless: Endless = {
      identity,
      kind,
      end() {
        ends.push(now);
        end();
      },
      destroy: () => destroyed.push(identity),
    };
    open.add(endless);
    return identity;
  }

  function lookUntil(until: number): void {
    for (; now <= until; now += LOOK_EVERY_MS) spread.endDue([...open], now);
  }

  return { ends, destroyed, failures, spread, add, lookUntil };
}

describe("the ends of endless streams", () => {
  test("are spread evenly: no tenth of the time has more than a fifth", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 5_000 }),
        fc.integer({ min: 1_000, max: 10_000 }),
        (n, spreadMs) => {
          const { ends, add, lookUntil } = createSubject(spreadMs);
          for (let index = 0; index < n; index += 1) add();
          lookUntil(spreadMs + LOOK_EVERY_MS);
          expect(ends).toHaveLength(n);
          const tenths = Array<number>(11).fill(0);
          for (const at of ends)
            tenths[Math.floor((at / spreadMs) * 10)] = (tenths[Math.floor((at / spreadMs) * 10)] ?? 0) + 1;
          expect(Math.max(...tenths)).toBeLessThanOrEqual(Math.ceil(n / 5) + 1);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("begin at once, and a single one waits for nothing", () => {
    const { ends, add, lookUntil } = createSubject(10_000);
    add();
    lookUntil(0);
    expect(ends).toEqual([0]);
  });

  test("begin at once again for one that arrives when all others have ended", () => {
    const { ends, add, lookUntil } = createSubject(10_000);
    add();
    lookUntil(500);
    add();
    lookUntil(550);
    expect(ends).toEqual([0, 550]);
  });

  test("come within the time for those that arrive late, and at once after it", () => {
    const { ends, add, lookUntil } = createSubject(1_000);
    for (let index = 0; index < 10; index += 1) add();
    lookUntil(500);
    for (let index = 0; index < 10; index += 1) add();
    lookUntil(1_050);
    expect(ends).toHaveLength(20);
    add();
    add();
    lookUntil(1_100);
    expect(ends.slice(20)).toEqual([1_100, 1_100]);
  });

  test("come all at once without a time to spread over", () => {
    const { ends, add, lookUntil } = createSubject(0);
    for (let index = 0; index < 10; index += 1) add();
    lookUntil(0);
    expect(ends).toHaveLength(10);
  });

  test("are taken within a second, or the connection is dropped", () => {
    const { destroyed, add, lookUntil } = createSubject(0);
    lookUntil(450);
    add();
    lookUntil(1_450);
    expect(destroyed).toHaveLength(0);
    lookUntil(1_500);
    expect(destroyed).toHaveLength(1);
  });

  test("are known, so that a cut does not count them", () => {
    const { spread, add, lookUntil } = createSubject(10_000);
    const [first, second] = [add(), add()];
    lookUntil(0);
    expect([first, second].map(spread.hasEnded)).toEqual([true, false]);
  });

  test("are counted by kind, once each, and one that fails disturbs no other", () => {
    const { spread, failures, add, lookUntil } = createSubject(0);
    add({
      end() {
        throw new Error("gone");
      },
    });
    add({ kind: "socket" });
    add();
    lookUntil(500);
    expect(spread).toMatchObject({ streamsEnded: 2, socketsClosed: 1 });
    expect(failures).toEqual(["cannot end a stream: gone"]);
  });
});

import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createProbe, type Probe } from "../../src/core/probe.ts";
import { shareProbe } from "../../src/sentinel/share-probe.ts";
import { createSharedTextBuffer, openSharedText } from "../../src/sentinel/shared-text.ts";

interface Side {
  readonly probe: Probe;
  /** What its listeners were told. */
  readonly told: string[];
  apply(): void;
  stop(): void;
}

interface Sides {
  readonly main: Side;
  readonly sentinel: Side;
}

function openSides(): Sides {
  const buffer = createSharedTextBuffer();
  openSharedText(buffer, "main").write("OK", Date.now());
  return { main: openSide(buffer, "main"), sentinel: openSide(buffer, "sentinel") };
}

function openSide(buffer: SharedArrayBuffer, side: keyof Sides): Side {
  const probe = createProbe();
  const told: string[] = [];
  probe.on("change", ({ body }) => void told.push(body));
  const shared = shareProbe({ probe, text: openSharedText(buffer, side), onOwnChange: () => {} });
  return { probe, told, ...shared };
}

describe("a probe that two threads share", () => {
  test("is read as it is on the other side, without a message between them", () => {
    const { main, sentinel } = openSides();
    main.probe.decommission("leaving");
    expect(sentinel.probe.body).toBe("leaving");
    expect(sentinel.probe.commissioned).toBe(false);
    sentinel.probe.commission();
    expect(main.probe.commissioned).toBe(true);
  });

  test("begins as the text says", () => {
    const buffer = createSharedTextBuffer();
    openSharedText(buffer, "main").write("starting", Date.now());
    expect(openSide(buffer, "sentinel").probe.body).toBe("starting");
  });

  test("says since when it is so, however late the other side hears of it", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    const buffer = createSharedTextBuffer();
    openSharedText(buffer, "main").write("OK", 900_000_000_000);
    const { probe: main } = openSide(buffer, "main");
    const { probe: sentinel } = openSide(buffer, "sentinel");
    expect(sentinel.since).toEqual(new Date(900_000_000_000));
    main.decommission();
    vi.setSystemTime(1_000_000_020_000);
    expect(sentinel.since).toEqual(new Date(1_000_000_000_000));
    sentinel.commission();
    vi.setSystemTime(1_000_000_040_000);
    expect(main.since).toEqual(new Date(1_000_000_020_000));
    main.commission();
    expect([main.since, sentinel.since]).toEqual(Array(2).fill(new Date(1_000_000_020_000)));
  });

  test("tells its listeners what the other side did as soon as it is told of it, and once", () => {
    const { main, sentinel } = openSides();
    sentinel.probe.decommission();
    main.apply();
    main.apply();
    sentinel.apply();
    expect(main.told).toEqual(["OFF"]);
    expect(sentinel.told).toEqual(["OFF"]);
  });

  test("does what is called last, even if this side did not know yet that there was something to do", () => {
    const { main, sentinel } = openSides();
    sentinel.probe.decommission();
    main.probe.commission();
    expect([main.probe.body, sentinel.probe.body]).toEqual(["OK", "OK"]);
    expect(main.told).toEqual(["OFF", "OK"]);
  });

  test("gives a listener that changes it again the last word", () => {
    const { main, sentinel } = openSides();
    main.probe.on("change", ({ commissioned }) => {
      if (commissioned) main.probe.decommission("stays out");
    });
    main.probe.decommission();
    sentinel.probe.commission();
    main.apply();
    expect([main.probe.body, sentinel.probe.body]).toEqual(["stays out", "stays out"]);
  });

  test("is two probes again when one side stops", () => {
    const { main, sentinel } = openSides();
    main.stop();
    main.probe.decommission();
    expect(sentinel.probe.body).toBe("OK");
    sentinel.probe.decommission("other");
    expect(main.probe.body).toBe("OFF");
  });

  test("is the same on both sides whatever they do, in any order", () => {
    const act = fc.tuple(
      fc.constantFrom("main" as const, "sentinel" as const),
      fc.constantFrom("OFF", "OK", "x", "apply"),
    );
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const sides = openSides();
        for (const [side, what] of acts) {
          if (what === "apply") sides[side].apply();
          else if (what === "OK") sides[side].probe.commission();
          else sides[side].probe.decommission(what);
        }
        const last = acts.map(([, what]) => what).findLast((what) => what !== "apply") ?? "OK";
        expect([sides.main.probe.body, sides.sentinel.probe.body]).toEqual([last, last]);
      }),
    );
  });
});

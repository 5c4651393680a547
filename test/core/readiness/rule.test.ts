import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DEFAULT_RULE,
  FOLLOW_MS,
  isHeld,
  type Judged,
  type ReadinessRule,
  SHARED_READINESS,
  type SharedReadiness,
  type Standing,
  toNextExpiryMs,
} from "../../../src/core/readiness/rule.ts";

const HOLD_MS = 300_000;

const NEVER_UP: Standing = { hasBeenUp: false, redForMs: 40_000, leftRedMs: undefined };
const UP: Standing = { hasBeenUp: true, redForMs: undefined, leftRedMs: undefined };

function redFor(redForMs: number): Standing {
  return { hasBeenUp: true, redForMs, leftRedMs: undefined };
}

function leftRed(leftRedMs: number): Standing {
  return { hasBeenUp: true, redForMs: undefined, leftRedMs };
}

function judged(standing: Standing, more: Partial<Judged> = {}): Judged {
  return { critical: true, scope: "shared", dependsOn: [], standing, ...more };
}

function rule(shared: SharedReadiness, holdMs = HOLD_MS): ReadinessRule {
  return { shared, holdMs };
}

function isHeldAmong(
  subject: Judged,
  shared: SharedReadiness,
  others: Readonly<Record<string, Judged>> = {},
): boolean {
  return isHeld(subject, rule(shared), (name) => others[name]);
}

test("holds for five minutes by default", () => {
  expect(DEFAULT_RULE).toEqual({ shared: "hold", holdMs: 300_000 });
});

describe("a shared handler that is RED", () => {
  test.each<[SharedReadiness, name: string, Standing, boolean]>([
    ["hold", "just now", redFor(0), true],
    ["hold", "almost for holdMs", redFor(HOLD_MS - 1), true],
    ["hold", "for holdMs", redFor(HOLD_MS), false],
    ["hold", "since the start", NEVER_UP, false],
    ["start", "just now", redFor(0), true],
    ["start", "for a day", redFor(86_400_000), true],
    ["start", "since the start", NEVER_UP, false],
    ["count", "just now", redFor(0), false],
    ["count", "since the start", NEVER_UP, false],
    ["ignore", "for a day", redFor(86_400_000), true],
    ["ignore", "since the start", NEVER_UP, true],
  ])("with %s, %s: %s", (shared, _, standing, expected) => {
    expect(isHeldAmong(judged(standing), shared)).toBe(expected);
  });
});

test.each(SHARED_READINESS)(
  "trouble of the instance or the process is never held by itself: %s",
  (shared) => {
    for (const scope of ["instance", "local"] as const)
      expect(isHeldAmong(judged(redFor(1_000), { scope }), shared)).toBe(false);
  },
);

describe("a handler that depends on others", () => {
  const dependent = (standing: Standing): Judged =>
    judged(standing, { scope: "instance", dependsOn: ["Cache", "Database"] });

  test("is held with the one that explains it", () => {
    expect(isHeldAmong(dependent(redFor(9_000)), "hold", { Database: judged(redFor(1_000)) })).toBe(true);
    expect(isHeldAmong(dependent(redFor(9_000)), "hold", { Database: judged(redFor(HOLD_MS)) })).toBe(false);
    expect(isHeldAmong(dependent(redFor(9_000)), "count", { Database: judged(redFor(1_000)) })).toBe(false);
  });

  test("is not held by one that is not RED, not shared, not critical, or not registered", () => {
    const others: Judged[] = [
      judged(UP),
      judged(redFor(1), { scope: "instance" }),
      judged(redFor(1), { scope: "local" }),
      judged(redFor(1), { critical: false }),
    ];
    for (const Database of others)
      expect(isHeldAmong(dependent(redFor(9_000)), "hold", { Database })).toBe(false);
    expect(isHeldAmong(dependent(redFor(9_000)), "hold")).toBe(false);
  });

  test("is never held before it was other than RED, except with ignore", () => {
    const Database = judged(redFor(1_000));
    expect(isHeldAmong(dependent(NEVER_UP), "hold", { Database })).toBe(false);
    expect(isHeldAmong(dependent(NEVER_UP), "start", { Database })).toBe(false);
    expect(isHeldAmong(dependent(NEVER_UP), "ignore", { Database })).toBe(true);
  });

  test("is held over several levels, through one that is not critical too", () => {
    const Cache = judged(redFor(5_000), { scope: "local", critical: false, dependsOn: ["Disk", "Database"] });
    expect(isHeldAmong(dependent(redFor(9_000)), "hold", { Cache, Database: judged(redFor(1_000)) })).toBe(
      true,
    );
    expect(isHeldAmong(dependent(redFor(9_000)), "hold", { Cache, Database: judged(UP) })).toBe(false);
  });

  test("may follow a short while after its cause has recovered", () => {
    const held = (redForMs: number, leftRedMs: number, shared: SharedReadiness = "hold"): boolean =>
      isHeldAmong(dependent(redFor(redForMs)), shared, { Database: judged(leftRed(leftRedMs)) });
    expect(held(90_000, FOLLOW_MS - 1)).toBe(true);
    expect(held(90_000, FOLLOW_MS)).toBe(false);
    expect(held(HOLD_MS, 10)).toBe(false);
    expect(held(HOLD_MS, 10, "start")).toBe(true);
    // It became RED after the cause had recovered, so that does not explain it.
    expect(held(1_000, 1_001)).toBe(false);
    expect(held(1_000, 1_000)).toBe(true);
  });

  test("is judged in a time that grows with the number of handlers, not of paths", () => {
    const layers = 30;
    const others: Record<string, Judged> = {};
    for (let layer = 0; layer < layers; layer += 1) {
      const dependsOn = layer + 1 < layers ? [`a${layer + 1}`, `b${layer + 1}`] : [];
      for (const side of ["a", "b"])
        others[`${side}${layer}`] = judged(redFor(1_000), { scope: "local", dependsOn });
    }
    let finds = 0;
    const subject = judged(redFor(1_000), { scope: "local", dependsOn: ["a0", "b0"] });
    const find = (name: string) => {
      finds += 1;
      return others[name];
    };
    expect(isHeld(subject, rule("hold"), find)).toBe(false);
    expect(finds).toBeLessThanOrEqual(2 * layers);
  });
});

describe("for any handlers", () => {
  const standing: fc.Arbitrary<Standing> = fc.record({
    hasBeenUp: fc.boolean(),
    redForMs: fc.option(fc.integer({ min: 0, max: 2 * HOLD_MS }), { nil: undefined }),
    leftRedMs: fc.option(fc.integer({ min: 0, max: 2 * FOLLOW_MS }), { nil: undefined }),
  });
  const names = ["A", "B", "C", "D"];
  /** Each depends on later ones only, so there are no cycles. */
  const world = fc
    .tuple(
      ...names.map(() => fc.tuple(standing, fc.constantFrom("shared", "instance", "local"), fc.boolean())),
    )
    .chain((parts) =>
      fc.tuple(...names.map((_, index) => fc.subarray(names.slice(index + 1)))).map((edges) =>
        Object.fromEntries(
          names.map((name, index) => {
            const [each, scope, critical] = parts[index] ?? [UP, "shared", true];
            return [name, { critical, scope, standing: each, dependsOn: edges[index] ?? [] } as Judged];
          }),
        ),
      ),
    );

  test("count holds nothing, a process that was never up is held by ignore only, and ignore holds most", () => {
    fc.assert(
      fc.property(world, fc.constantFrom(...names), (others, name) => {
        const subject = others[name] as Judged;
        const held = Object.fromEntries(
          SHARED_READINESS.map((each) => [each, isHeldAmong(subject, each, others)]),
        );
        expect(held["count"]).toBe(false);
        if (!subject.standing.hasBeenUp) expect([held["hold"], held["start"]]).toEqual([false, false]);
        // Each rule holds at least what the stricter one holds.
        if (held["hold"]) expect(held["start"]).toBe(true);
        if (held["start"]) expect(held["ignore"]).toBe(true);
      }),
    );
  });

  test("what is held has a shared critical handler behind it", () => {
    fc.assert(
      fc.property(
        world,
        fc.constantFrom(...names),
        fc.constantFrom(...SHARED_READINESS),
        (others, name, shared) => {
          const subject = others[name] as Judged;
          if (!isHeldAmong(subject, shared, others)) return;
          expect(reach(name, others).some((each) => each.critical && each.scope === "shared")).toBe(true);
        },
      ),
    );
  });

  function reach(name: string, others: Readonly<Record<string, Judged>>): Judged[] {
    const each = others[name];
    return each === undefined ? [] : [each, ...each.dependsOn.flatMap((next) => reach(next, others))];
  }
});

describe("the next moment at which something may end to be held", () => {
  test("is that of the first to expire", () => {
    expect(toNextExpiryMs([redFor(100), redFor(250_000), UP], rule("hold"))).toBe(50_000);
    expect(toNextExpiryMs([redFor(100), leftRed(20_000)], rule("start"))).toBe(40_000);
  });

  test("is none if nothing expires", () => {
    expect(toNextExpiryMs([], rule("hold"))).toBeUndefined();
    expect(toNextExpiryMs([redFor(1_000)], rule("ignore"))).toBeUndefined();
    expect(toNextExpiryMs([redFor(HOLD_MS), leftRed(FOLLOW_MS)], rule("hold"))).toBeUndefined();
  });
});

import { describe, expect, test } from "vitest";
import { decideToLeave, type Evidence, toQuietMs, type Waits } from "../../src/drain/decide.ts";
import type { Prober } from "../../src/drain/prober.ts";

const DECOMMISSIONED_AT = 100_000;

const WAITS: Waits = { floorMs: 0, capMs: 20_000, fallbackMs: 5_000 };
const BUSY = { requests: 6_000, largestGapMs: 40 };
const SPARSE = { requests: 29, largestGapMs: 2_500 };

/** A prober that asks each 500 ms, was refused three times, and asked just now. */
function proberOf(parts: Partial<Prober> = {}): Prober {
  return {
    id: "a",
    label: "a",
    isKubelet: false,
    intervalMs: 500,
    isKnown: true,
    lastProbedAt: DECOMMISSIONED_AT + 1_500,
    refusals: 3,
    refusedWith: 503,
    convincedAt: DECOMMISSIONED_AT + 1_500,
    ...parts,
  };
}

/** What is known 2.5 s after the decommissioning, of busy traffic that stopped 1 s ago; times count from then. */
function decide(parts: Partial<Evidence> & { readonly afterMs?: number } = {}, waits: Partial<Waits> = {}) {
  const { afterMs = 2_500, ...evidence } = parts;
  return decideToLeave(
    {
      now: DECOMMISSIONED_AT + afterMs,
      decommissionedAt: DECOMMISSIONED_AT,
      probers: [proberOf()],
      isComplete: true,
      lastRequestAt: DECOMMISSIONED_AT + 1_500,
      before: BUSY,
      ...evidence,
    },
    { ...WAITS, ...waits },
  );
}

describe("the evidence", () => {
  test("is enough when every prober was refused often enough and it is quiet", () => {
    expect(decide()).toBe("evidence");
  });

  test("is not while a prober was refused less often", () => {
    const late = proberOf({ id: "b", convincedAt: undefined, lastProbedAt: DECOMMISSIONED_AT + 2_400 });
    expect(decide({ probers: [proberOf(), late] })).toBeUndefined();
  });

  test("is not while requests come", () => {
    expect(decide({ lastRequestAt: DECOMMISSIONED_AT + 1_501 })).toBeUndefined();
  });

  test("is not yet one moment before it has been quiet for a second", () => {
    expect(decide({ afterMs: 2_499 })).toBeUndefined();
    expect(decide({ afterMs: 2_500 })).toBe("evidence");
  });

  test("takes a prober for gone that has not asked for three of its intervals", () => {
    const gone = proberOf({ convincedAt: undefined, refusals: 1, lastProbedAt: DECOMMISSIONED_AT + 1_000 });
    expect(decide({ probers: [gone, proberOf()], afterMs: 3_000 })).toBeUndefined();
    expect(decide({ probers: [gone, proberOf()], afterMs: 3_001 })).toBe("evidence");
  });

  test("takes a prober for gone no sooner than it could have been refused redsSeen times", () => {
    const gone = proberOf({ convincedAt: undefined, refusals: 1, lastProbedAt: DECOMMISSIONED_AT + 1_000 });
    const waits = { redsSeen: 5 };
    expect(decide({ probers: [gone, proberOf()], afterMs: 4_000 }, waits)).toBeUndefined();
    expect(decide({ probers: [gone, proberOf()], afterMs: 4_001 }, waits)).toBe("evidence");
  });

  test("is not enough before the event loop has received what came while it was blocked", () => {
    const stallEndedAt = DECOMMISSIONED_AT + 2_400;
    expect(decide({ stallEndedAt, afterMs: 2_599 })).toBeUndefined();
    expect(decide({ stallEndedAt, afterMs: 2_600 })).toBe("evidence");
    expect(decide({ stallEndedAt: DECOMMISSIONED_AT + 20_000, afterMs: 20_000 })).toBe("cap");
  });

  test("beside a kubelet is not enough before fallbackMs is over, whoever else was refused", () => {
    const kubelet = proberOf({ id: "kubelet", isKubelet: true });
    expect(decide({ probers: [proberOf(), kubelet], afterMs: 4_999 })).toBeUndefined();
    expect(decide({ probers: [proberOf(), kubelet], afterMs: 5_000 })).toBe("evidence");
    const single = proberOf({ id: "kubelet", isKubelet: true, intervalMs: undefined });
    expect(decide({ probers: [proberOf(), single] })).toBe("evidence");
  });

  test.each<[which: string, parts: Partial<Prober>]>([
    ["that was not known well before", { isKnown: false }],
    ["that has gone without a third refusal", { convincedAt: undefined, lastProbedAt: DECOMMISSIONED_AT }],
  ])("needs another prober than one %s, before fallbackMs is over", (_, parts) => {
    expect(decide({ probers: [proberOf(parts)], afterMs: 4_999 })).toBeUndefined();
    expect(decide({ probers: [proberOf(parts)], afterMs: 5_000 })).toBe("evidence");
  });

  test("gives the balancer half a second to act on its last refusal", () => {
    const probers = [proberOf({ convincedAt: DECOMMISSIONED_AT + 2_500 })];
    const quiet = { probers, lastRequestAt: DECOMMISSIONED_AT };
    expect(decide({ ...quiet, afterMs: 2_999 })).toBeUndefined();
    expect(decide({ ...quiet, afterMs: 3_000 })).toBe("evidence");
  });

  test("is never there if more probers asked than can be remembered", () => {
    expect(decide({ isComplete: false, afterMs: 19_999 })).toBeUndefined();
    expect(decide({ isComplete: false, probers: [], afterMs: 19_999 })).toBeUndefined();
    expect(decide({ isComplete: false, afterMs: 20_000 })).toBe("cap");
  });

  test("takes a prober for gone that had left before", () => {
    const gone = proberOf({ convincedAt: undefined, refusals: 0, lastProbedAt: DECOMMISSIONED_AT - 30_000 });
    expect(decide({ probers: [gone, proberOf()] })).toBe("evidence");
  });

  test("does not wait for somebody who asked once", () => {
    const once = proberOf({ intervalMs: undefined, convincedAt: undefined, refusals: 0 });
    expect(decide({ probers: [once, proberOf()] })).toBe("evidence");
  });

  test("counts the quiet from the decommissioning on where no request ever came", () => {
    const never = { lastRequestAt: undefined, probers: [proberOf({ convincedAt: DECOMMISSIONED_AT + 100 })] };
    expect(decide({ ...never, afterMs: 999 })).toBeUndefined();
    expect(decide({ ...never, afterMs: 1_000 })).toBe("evidence");
  });

  test("does not count before floorMs", () => {
    expect(decide({ afterMs: 2_999 }, { floorMs: 3_000 })).toBeUndefined();
    expect(decide({ afterMs: 3_000 }, { floorMs: 3_000 })).toBe("evidence");
  });

  test("also counts long after the service was decommissioned by hand", () => {
    expect(decide({ afterMs: 3_600_000 })).toBe("evidence");
  });
});

describe("the quiet", () => {
  test.each([
    ["a second", 40, 1_000],
    ["a second, with gaps of half a second", 500, 1_000],
    ["twice the largest gap before", 1_200, 2_400],
  ])("is %s", (_, largestGapMs, quietMs) => {
    expect(toQuietMs({ requests: 100, largestGapMs }, {})).toBe(quietMs);
    const before = { requests: 100, largestGapMs };
    expect(decide({ before, afterMs: 1_500 + quietMs - 1 })).toBeUndefined();
    expect(decide({ before, afterMs: 1_500 + quietMs })).toBe("evidence");
  });

  test("is as long as quietMs says, also shorter than a second", () => {
    expect(decide({ afterMs: 1_699 }, { quietMs: 200 })).toBeUndefined();
    expect(decide({ afterMs: 1_700 }, { quietMs: 200 })).toBe("evidence");
    expect(decide({ afterMs: 1_500 }, { quietMs: 0 })).toBe("evidence");
    expect(decide({ afterMs: 4_499 }, { quietMs: 3_000 })).toBeUndefined();
  });
});

describe("a service that only kubelets probe", () => {
  const probers = [proberOf({ isKubelet: true })];

  test("leaves after fallbackMs, if no request came for a second", () => {
    expect(decide({ probers, afterMs: 4_999 })).toBeUndefined();
    expect(decide({ probers, afterMs: 5_000 })).toBe("quiet");
    const lastRequestAt = DECOMMISSIONED_AT + 4_500;
    expect(decide({ probers, lastRequestAt, afterMs: 5_499 })).toBeUndefined();
    expect(decide({ probers, lastRequestAt, afterMs: 5_500 })).toBe("quiet");
  });

  test("waits for a new connection as for a request", () => {
    const lastConnectionAt = DECOMMISSIONED_AT + 4_500;
    expect(decide({ probers, lastConnectionAt, afterMs: 5_499 })).toBeUndefined();
    expect(decide({ probers, lastConnectionAt, afterMs: 5_500 })).toBe("quiet");
    const neither = { probers, lastRequestAt: undefined };
    expect(decide({ ...neither, afterMs: 999 }, { fallbackMs: 0 })).toBeUndefined();
    expect(decide({ ...neither, afterMs: 1_000 }, { fallbackMs: 0 })).toBe("quiet");
  });

  test("waits a second and a half for sparse requests, or as long as quietMs says", () => {
    const sparse = { probers, before: SPARSE, lastRequestAt: DECOMMISSIONED_AT + 4_500 };
    expect(decide({ ...sparse, afterMs: 5_999 })).toBeUndefined();
    expect(decide({ ...sparse, afterMs: 6_000 })).toBe("quiet");
    expect(decide({ ...sparse, afterMs: 7_499 }, { quietMs: 3_000 })).toBeUndefined();
    expect(decide({ ...sparse, afterMs: 7_500 }, { quietMs: 3_000 })).toBe("quiet");
  });
});

describe("the fallback of a busy service without probers", () => {
  test("waits until no more requests come", () => {
    const busy = { probers: [], before: BUSY, afterMs: 8_000 };
    expect(decide({ ...busy, lastRequestAt: DECOMMISSIONED_AT + 7_001 })).toBeUndefined();
    expect(decide({ ...busy, lastRequestAt: DECOMMISSIONED_AT + 7_000 })).toBe("fallback");
    expect(decide({ ...busy, lastRequestAt: DECOMMISSIONED_AT + 20_000, afterMs: 20_000 })).toBe("cap");
  });

  test("waits for quiet from 30 requests on", () => {
    const busy = { probers: [], lastRequestAt: DECOMMISSIONED_AT + 4_990, afterMs: 5_000 };
    expect(decide({ ...busy, before: { requests: 30, largestGapMs: 40 } })).toBeUndefined();
    expect(decide({ ...busy, before: { requests: 29, largestGapMs: 40 } })).toBe("fallback");
  });

  test("is fixed for balancers that only notice failures", () => {
    const busy = { probers: [], before: BUSY, lastRequestAt: DECOMMISSIONED_AT + 5_000 };
    expect(decide({ ...busy, afterMs: 4_999 }, { fallback: "fixed" })).toBeUndefined();
    expect(decide({ ...busy, afterMs: 5_000 }, { fallback: "fixed" })).toBe("fallback");
  });
});

describe("the fallback", () => {
  test.each<[why: string, parts: Partial<Evidence>]>([
    ["no prober was ever seen", { probers: [] }],
    ["nobody asked twice", { probers: [proberOf({ intervalMs: undefined, convincedAt: undefined })] }],
    ["there were fewer than 30 requests in the minute before", { before: SPARSE }],
  ])("is taken where %s", (_, parts) => {
    expect(decide({ ...parts, afterMs: 4_999 })).toBeUndefined();
    expect(decide({ ...parts, afterMs: 5_000 })).toBe("fallback");
  });

  test("is not needed from 30 requests on", () => {
    expect(decide({ before: { requests: 30, largestGapMs: 100 } })).toBe("evidence");
  });

  test("does not look at the requests, of which the next may be minutes away", () => {
    expect(decide({ before: SPARSE, lastRequestAt: DECOMMISSIONED_AT + 4_990, afterMs: 5_000 })).toBe(
      "fallback",
    );
  });

  test("waits on for known probers, and for one second after the last refusal", () => {
    const slow = { intervalMs: 2_000, lastProbedAt: DECOMMISSIONED_AT + 6_000 };
    const waiting = proberOf({ ...slow, refusals: 2, convincedAt: undefined });
    const convinced = proberOf({ ...slow, convincedAt: DECOMMISSIONED_AT + 6_000 });
    expect(decide({ probers: [waiting], before: SPARSE, afterMs: 6_900 })).toBeUndefined();
    expect(decide({ probers: [convinced], before: SPARSE, afterMs: 6_999 })).toBeUndefined();
    expect(decide({ probers: [convinced], before: SPARSE, afterMs: 7_000 })).toBe("fallback");
  });

  test("takes known probers for gone after three intervals and a second", () => {
    const gone = proberOf({ intervalMs: 2_000, convincedAt: undefined, lastProbedAt: DECOMMISSIONED_AT });
    expect(decide({ probers: [gone], before: SPARSE, afterMs: 7_000 })).toBeUndefined();
    expect(decide({ probers: [gone], before: SPARSE, afterMs: 7_001 })).toBe("fallback");
  });

  test("is no shorter than floorMs", () => {
    expect(decide({ probers: [], afterMs: 7_999 }, { floorMs: 8_000 })).toBeUndefined();
    expect(decide({ probers: [], afterMs: 8_000 }, { floorMs: 8_000 })).toBe("fallback");
  });

  test("may be no wait at all", () => {
    expect(decide({ probers: [], afterMs: 0 }, { fallbackMs: 0 })).toBe("fallback");
  });
});

describe("the cap", () => {
  const waiting = [proberOf({ convincedAt: undefined, lastProbedAt: DECOMMISSIONED_AT + 19_900 })];

  test("ends the wait where the evidence does not", () => {
    expect(decide({ probers: waiting, afterMs: 19_999 })).toBeUndefined();
    expect(decide({ probers: waiting, afterMs: 20_000 })).toBe("cap");
  });

  test("is above floorMs and fallbackMs", () => {
    expect(decide({ afterMs: 20_000 }, { floorMs: 30_000 })).toBe("cap");
    expect(decide({ probers: [], afterMs: 20_000 }, { fallbackMs: 30_000 })).toBe("cap");
  });

  test("is not blamed where the evidence is there", () => {
    expect(decide({ afterMs: 20_000 })).toBe("evidence");
  });
});

describe("a fixed wait", () => {
  test("ends when it is over, whatever is known", () => {
    expect(decide({ afterMs: 1_499 }, { fixedMs: 1_500 })).toBeUndefined();
    expect(decide({ probers: [], before: SPARSE, afterMs: 1_500 }, { fixedMs: 1_500 })).toBe("fixed");
    expect(decide({ afterMs: 24_999 }, { fixedMs: 25_000 })).toBeUndefined();
  });

  test("may be no wait at all", () => {
    expect(decide({ afterMs: 0 }, { fixedMs: 0 })).toBe("fixed");
  });
});

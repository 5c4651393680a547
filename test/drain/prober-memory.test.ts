import { describe, expect, test } from "vitest";
import { type KnownProber, UNKNOWN } from "../../src/drain/prober.ts";
import { createProberMemory, MAX_PROBERS } from "../../src/drain/prober-memory.ts";
import { MAX_GAP_MS } from "../../src/drain/rhythm.ts";

function proberOf(id: string, lastProbedAt = 0): KnownProber {
  return { ...UNKNOWN, id, lastProbedAt };
}

/** A memory full of established probers, which last sent a request at 1,000. */
function createFull() {
  const memory = createProberMemory();
  for (let index = 0; index < MAX_PROBERS; index += 1)
    memory.set(proberOf(`${index}`, 1_000), { isEstablished: true, now: 1_000 });
  return memory;
}

describe("a full memory of established probers", () => {
  test("forgets a newcomer at once, even an established one", () => {
    for (const isEstablished of [false, true]) {
      const memory = createFull();
      expect(memory.set(proberOf("new"), { isEstablished, now: 1_000 + MAX_GAP_MS })?.id).toBe("new");
      expect(memory.all).toHaveLength(MAX_PROBERS);
      expect(memory.get("0")).toBeDefined();
    }
  });

  test("makes room for an established one if the oldest is gone", () => {
    const memory = createFull();
    const now = 1_001 + MAX_GAP_MS;
    expect(memory.set(proberOf("new", now), { isEstablished: true, now })).toBeUndefined();
    expect(memory.get("0")).toBeUndefined();
    expect(memory.get("1")).toBeDefined();
    expect(memory.all.at(-1)?.id).toBe("new");
    expect(memory.all).toHaveLength(MAX_PROBERS);
  });
});

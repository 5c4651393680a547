import { expect, test } from "vitest";
import { createProbe, type Probe } from "../../src/core/probe.ts";
import { addProbeSource, getTakeOver } from "../../src/core/probe-source.ts";

const LATER = new Date("2026-01-01T00:00:00Z");

/** A probe whose body is changed outside, and what its listeners get. */
function createShared(bodyOutside: () => string) {
  const probe = createProbe();
  const changes: string[] = [];
  probe.on("change", ({ body }) => void changes.push(body));
  const stop = addProbeSource(probe, () => getTakeOver(probe)?.(bodyOutside(), LATER));
  return { probe, changes, stop };
}

test.each<[what: string, read: (probe: Probe) => unknown, expected: unknown]>([
  ["body", (probe) => probe.body, "OFF"],
  ["state", (probe) => probe.commissioned, false],
  ["time", (probe) => probe.since, LATER],
])("the %s of a probe is what was said outside last", (_what, read, expected) => {
  const { probe } = createShared(() => "OFF");
  expect(read(probe)).toEqual(expected);
});

test("its listeners get each change from outside once, before a change of its own", () => {
  let outside = "OFF";
  const { probe, changes } = createShared(() => outside);
  expect([probe.body, probe.body]).toEqual(["OFF", "OFF"]);
  expect(changes).toEqual(["OFF"]);
  outside = "BYE";
  probe.commission();
  expect(changes).toEqual(["OFF", "BYE", "OK"]);
  outside = "AGAIN";
  probe.decommission("OFF");
  expect(changes.slice(3)).toEqual(["AGAIN", "OFF"]);
});

test("a source that was ended changes nothing, and others go on", () => {
  let outside = "OFF";
  const { probe, stop } = createShared(() => outside);
  let asked = 0;
  addProbeSource(probe, () => {
    asked += 1;
  });
  expect(probe.body).toBe("OFF");
  stop();
  outside = "BYE";
  expect([probe.body, asked]).toEqual(["OFF", 2]);
});

test("a probe that was made otherwise has no such way", () => {
  const own: Probe = { ...createProbe(), body: "OK" };
  expect(getTakeOver(own)).toBeUndefined();
});

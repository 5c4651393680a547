import { expect, test, vi } from "vitest";
import { createStatusRegistry } from "../../../src/core/registry/registry.ts";
import { StateHandler } from "../../../src/core/state-handler.ts";
import { toText } from "../../../src/http/page/markup.ts";
import { type Changed, createChangesRenderer } from "../../../src/http/page/render-changes.ts";

/** An entry of which only the name matters. */
const entry = (name: string): Changed => ({ name, since: new Date(0), status: { state: "RED" } });

function createSubject() {
  const registry = createStatusRegistry();
  const job = new StateHandler();
  job.setState("RED", { detail: "first" });
  registry.addStatusHandler("Job", job);
  return { registry, job, changes: createChangesRenderer(registry) };
}

test("the changes of a handler are rendered again when there is another one, and not before", async () => {
  const { registry, job, changes } = createSubject();
  expect(changes.render(entry("Job")).lines).toEqual([]);
  await registry.getReport();
  const first = changes.render(entry("Job"));
  expect(first.lines.map(toText).join()).toContain("first");
  expect(changes.render(entry("Job"))).toBe(first);
  job.setState("OK", { detail: "second" });
  const second = changes.render(entry("Job"));
  expect(second.lines.map(toText).join()).toMatch(/second.*first/);
  expect(second.lines[1]).toBe(first.lines[0]);
  expect(changes.render(entry("Job"))).toBe(second);
});

test("a handler that was registered again is rendered with its own changes", async () => {
  const { registry, job, changes } = createSubject();
  await registry.getReport();
  changes.render(entry("Job"));
  registry.removeStatusHandler("Job");
  registry.addStatusHandler("Job", job);
  expect(changes.render(entry("Job")).lines).toEqual([]);
});

test("handlers that were removed are forgotten, the others are not", async () => {
  const { registry, changes } = createSubject();
  registry.addStatusHandler("Other", () => ({ state: "RED" }));
  await registry.getReport();
  const [job, other] = ["Job", "Other"].map((name) => changes.render(entry(name)));
  registry.removeStatusHandler("Job");
  vi.spyOn(registry, "history").mockImplementation(() => []);
  changes.forgetRemoved();
  vi.restoreAllMocks();
  expect(changes.render(entry("Other"))).toBe(other);
  expect(changes.render(entry("Job"))).not.toBe(job);
});

test("a state that this process did not see change is rendered again too", async () => {
  const { registry, changes } = createSubject();
  await registry.getReport();
  const first = changes.render(entry("Job"));
  const second = changes.render({ ...entry("Job"), since: new Date(1) });
  expect(second).not.toBe(first);
  expect(changes.render({ ...entry("Job"), since: new Date(1) })).toBe(second);
  expect(changes.render({ ...entry("Job"), since: new Date(1), status: { state: "OK" } })).not.toBe(second);
});

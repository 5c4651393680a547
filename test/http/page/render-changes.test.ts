import { expect, test, vi } from "vitest";
import { createStatusRegistry } from "../../../src/core/registry/registry.ts";
import { StateHandler } from "../../../src/core/state-handler.ts";
import { toText } from "../../../src/http/page/markup.ts";
import { createChangesRenderer } from "../../../src/http/page/render-changes.ts";

function createSubject() {
  const registry = createStatusRegistry();
  const job = new StateHandler();
  job.setState("RED", { detail: "first" });
  registry.addStatusHandler("Job", job);
  return { registry, job, changes: createChangesRenderer(registry) };
}

test("the changes of a handler are rendered again when there is another one, and not before", async () => {
  const { registry, job, changes } = createSubject();
  expect(toText(changes.render("Job").list)).toBe("<p>No changes are recorded.</p>");
  await registry.getReport();
  const first = changes.render("Job");
  expect(toText(first.list)).toContain("first");
  expect(changes.render("Job")).toBe(first);
  job.setState("OK", { detail: "second" });
  const second = changes.render("Job");
  expect(toText(second.list)).toMatch(/second.*first/);
  expect(changes.render("Job")).toBe(second);
});

test("a handler that was registered again is rendered with its own changes", async () => {
  const { registry, job, changes } = createSubject();
  await registry.getReport();
  changes.render("Job");
  registry.removeStatusHandler("Job");
  registry.addStatusHandler("Job", job);
  expect(toText(changes.render("Job").list)).toBe("<p>No changes are recorded.</p>");
});

test("handlers that were removed are forgotten, the others are not", async () => {
  const { registry, changes } = createSubject();
  registry.addStatusHandler("Other", () => ({ state: "RED" }));
  await registry.getReport();
  const [job, other] = ["Job", "Other"].map(changes.render);
  registry.removeStatusHandler("Job");
  vi.spyOn(registry, "history").mockImplementation(() => []);
  changes.forgetRemoved();
  vi.restoreAllMocks();
  expect(changes.render("Other")).toBe(other);
  expect(changes.render("Job")).not.toBe(job);
});

import { expect, test } from "vitest";
import { createStatusRegistry } from "../../../src/core/registry/registry.ts";
import { StateHandler } from "../../../src/core/state-handler.ts";
import type { PagePart, PageScene } from "../../../src/http/page/page-model.ts";
import { createChangesRenderer } from "../../../src/http/page/render-changes.ts";
import { createPartsRenderer } from "../../../src/http/page/render-page.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";
import { createPageScene, createPageSetup, FULL_VIEW } from "../../support/page-scene.ts";

/** A live page of some handlers that the test sets. */
function createSubject(count: number, intervalMs?: number) {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  const handlers = Array.from({ length: count }, (_, index) => {
    const handler = new StateHandler();
    handler.setState("OK", { detail: `detail ${index}` });
    registry.addStatusHandler(`Handler${index}`, handler, intervalMs === undefined ? {} : { intervalMs });
    return handler;
  });
  const setup = createPageSetup(registry);
  const changes = createChangesRenderer(registry);
  const renderParts = createPartsRenderer();

  async function render(parts: Partial<PageScene> = {}): Promise<readonly PagePart[]> {
    return renderParts({
      source: setup.source,
      view: FULL_VIEW,
      report: await registry.getReport({ background: true }),
      changes,
      ...parts,
    });
  }

  return { clock, registry, handlers, render };
}

const rowOf = (parts: readonly PagePart[], name: string): PagePart | undefined =>
  parts.find(({ key }) => key === `handler:${name}`);

test("of 500 handlers, only the row of the one that changed is rendered", async () => {
  const { handlers, render } = createSubject(500, 3_600_000);
  const before = await render();
  handlers[7]?.setState("RED", { detail: "gone" });
  const after = await render();
  expect(after.filter((part) => !before.includes(part)).map(({ key }) => key)).toEqual([
    "head",
    "handler:Handler7",
  ]);
  expect(rowOf(after, "Handler7")?.html).toContain("gone");
});

test("the rows of handlers that ran again with the same result stay", async () => {
  const { render, clock } = createSubject(20);
  const before = await render();
  await clock.advance(500);
  const after = await render();
  expect(after.slice(1).every((part, at) => part === before[at + 1])).toBe(true);
});

test("each row is as if it had been rendered for the first time, whatever happened before", async () => {
  const { registry, handlers, render, clock } = createSubject(3);
  for (const name of ["Api", "Orders"])
    registry.addStatusHandler(name, () => ({ state: handlers[0]?.state ?? "RED" }), {
      dependsOn: ["Handler0"],
    });
  const happenings: readonly (() => unknown)[] = [
    () => handlers[0]?.setState("RED", { detail: "gone" }),
    () => handlers[0]?.setState("RED", { detail: "still gone" }),
    () => registry.removeStatusHandler("Api"),
    () => handlers[0]?.setState("OK"),
    () =>
      registry.addStatusHandler("Handler1", () => ({ state: "YELLOW" }), { runbook: "https://a.example/" }),
    () =>
      registry.addStatusHandler("Handler1", () => ({ state: "YELLOW" }), { runbook: "https://b.example/" }),
    () => registry.addStatusHandler("Handler1", () => ({ state: "YELLOW" }), { description: "One." }),
    () => registry.addStatusHandler("Handler1", () => ({ state: "YELLOW" }), { critical: false }),
    () => registry.addStatusHandler("Handler1", () => ({ state: "YELLOW" }), { scope: "local" }),
    () => registry.addStatusHandler("Hanging", () => new Promise(() => {}), { timeoutMs: 1_000 }),
    () => clock.advance(1_000),
    () => clock.advance(4_000),
  ];
  void registry.getReport();
  for (const happen of happenings) {
    await happen();
    void registry.getReport();
    await clock.advance(1_000);
    const fresh = createPartsRenderer()(await createPageScene(registry));
    expect((await render()).slice(1)).toEqual(fresh.slice(1));
  }
});

test("a row shows that readiness holds its handler, and since when it was not checked", async () => {
  const { handlers, registry, render } = createSubject(1);
  handlers[0]?.setState("RED");
  expect(rowOf(await render(), "Handler0")?.html).not.toMatch(/>held</);
  const held = new Map([["Handler0", 40_000]]);
  const row = rowOf(await render({ held: held as never }), "Handler0")?.html;
  expect(row).toMatch(/>held</);
  expect(row).toContain("<dt>Held</dt><dd>readiness does not count its RED</dd>");
  const report = await registry.getReport();
  const later = { ...report, at: new Date(report.at.getTime() + 60_000) };
  expect(rowOf(await render({ report: later }), "Handler0")?.html).toContain("<dt>Checked</dt>");
});

test("all rows are rendered again when the recorded past was read", async () => {
  const { render } = createSubject(2);
  const before = await render();
  const handlers = new Map([["Handler0", [{ at: 5, mark: "RED" as const }]]]);
  const after = await render({ past: { handlers, starts: [], readAt: 10 } });
  expect(rowOf(after, "Handler0")?.html).toContain('data-turns="r5 ');
  expect(rowOf(after, "Handler0")).not.toEqual(rowOf(before, "Handler0"));
});

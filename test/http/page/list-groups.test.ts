import { describe, expect, test } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../../src/core/registry/registry.ts";
import { StateHandler } from "../../../src/core/state-handler.ts";
import { MAX_LISTED_HANDLERS } from "../../../src/http/page/list-groups.ts";
import { createPartsRenderer, renderPage } from "../../../src/http/page/render-page.ts";
import { createPageScene } from "../../support/page-scene.ts";

type SceneParts = Parameters<typeof createPageScene>[1];

function registryWith(count: number): StatusRegistry {
  const registry = createStatusRegistry();
  for (let index = 0; index < count; index += 1)
    registry.addStatusHandler(`H${String(index).padStart(5, "0")}`, () => ({ state: "OK" }));
  return registry;
}

/** The names that a page lists, and what it says about the others. */
async function list(registry: StatusRegistry, parts?: SceneParts) {
  const scene = await createPageScene(registry, parts);
  const page = renderPage(scene);
  const live = createPartsRenderer()(scene).map(({ html }) => html);
  const namesOf = (html: string): string[] =>
    Array.from(html.matchAll(/data-key="handler:([^"]+)"/g), ([, name = ""]) => name);
  const names = namesOf(page);
  const rest = /<li class="none" id="rest" data-key="rest">(.*?)<\/li>/.exec(page)?.[1];
  expect(namesOf(live.join(""))).toEqual(names);
  expect(live.at(-1)?.includes('data-key="rest"')).toBe(rest !== undefined);
  return { page, names, rest };
}

describe("the list of handlers", () => {
  test(`has all ${MAX_LISTED_HANDLERS} handlers, and one more is not listed`, async () => {
    const full = await list(registryWith(MAX_LISTED_HANDLERS));
    expect([full.names.length, full.rest]).toEqual([MAX_LISTED_HANDLERS, undefined]);
    const { names, rest } = await list(registryWith(MAX_LISTED_HANDLERS + 1));
    expect(names).toHaveLength(MAX_LISTED_HANDLERS);
    expect(rest).toBe(
      "1000 of 1001 handlers are listed, the worst first. Not listed: 1 OK. The filter searches all handlers.",
    );
  });

  test("begins with what is not OK, and the head counts and names all", async () => {
    const registry = registryWith(1_500);
    registry.addStatusHandler("Z1", () => ({ state: "YELLOW" }));
    registry.addStatusHandler("Z2", () => ({ state: "RED" }));
    const { names, rest, page } = await list(registry);
    expect(names.slice(0, 3)).toEqual(["Z2", "Z1", "H00000"]);
    expect(rest).toContain("1000 of 1502 handlers are listed, the worst first. Not listed: 502 OK.");
    expect(page).toContain('data-count="OK"><b>1500</b> OK');
  });

  test("says which states are missing if more are not OK than it lists", async () => {
    const registry = registryWith(10);
    for (let index = 0; index < 600; index += 1) {
      registry.addStatusHandler(`Red${index}`, () => ({ state: "RED" }));
      registry.addStatusHandler(`Yellow${index}`, () => ({ state: "YELLOW" }));
    }
    expect((await list(registry)).rest).toContain("1000 of 1210 handlers are listed");
    expect((await list(registry)).rest).toContain("Not listed: 200 YELLOW, 10 OK.");
  });

  test("counts folded handlers too, and the fold still says how many are RED", async () => {
    const registry = registryWith(10);
    registry.addStatusHandler("Database", () => ({ state: "RED" }));
    for (let index = 0; index < 1_200; index += 1)
      registry.addStatusHandler(`User${index}`, () => ({ state: "RED" }), { dependsOn: ["Database"] });
    const { names, rest, page } = await list(registry);
    expect(names).toHaveLength(MAX_LISTED_HANDLERS);
    expect(page).toContain("<summary>1200 handlers are RED because of this</summary>");
    expect(page).toContain("1200 more with it: ");
    expect(rest).toContain("Not listed: 201 RED, 10 OK.");
  });

  test("has the handlers that match the filter, also in folds and at the end", async () => {
    const registry = registryWith(2_000);
    registry.addStatusHandler("Database", () => ({ state: "RED" }));
    for (let index = 0; index < 1_200; index += 1)
      registry.addStatusHandler(`User${index}`, () => ({ state: "RED" }), { dependsOn: ["Database"] });
    const find = (text: string, ...states: string[]) => list(registry, { filter: { text, states } });
    expect((await find("h01999")).names).toEqual(["H01999"]);
    const { names, page } = await find("user1199");
    expect(names).toEqual(["Database", "User1199"]);
    expect(page).toContain("<summary>1200 handlers are RED because of this</summary>");
    expect((await find("", "OK")).names[0]).toBe("H00000");
    const none = await find("nothing", "OK");
    expect(none.names).toEqual([]);
    expect(none.page).toContain('<p id="none" class="none">No listed handler matches the filter.');
    expect(none.rest).toContain("0 of 3201 handlers are listed");
  });

  test("is what the updates list: their address has the filter, if not all handlers fit", async () => {
    const filter = { text: "a&b", states: ["RED"] };
    const eventsOf = (page: string) => /data-events="([^"]*)"/.exec(page)?.[1];
    expect(eventsOf((await list(registryWith(1_001), { filter })).page)).toBe(
      "./svc_status.events?q=a%26b&amp;state=RED",
    );
    expect(eventsOf((await list(registryWith(1_000), { filter })).page)).toBe("./svc_status.events");
  });

  test("replaces a fold when only the number of its unlisted handlers changes", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Database", () => ({ state: "RED" }));
    const users = Array.from({ length: 1_100 }, (_, index) => {
      const user = new StateHandler();
      user.setState("RED");
      registry.addStatusHandler(`User${String(index).padStart(4, "0")}`, user, { dependsOn: ["Database"] });
      return user;
    });
    const renderParts = createPartsRenderer();
    const before = renderParts(await createPageScene(registry))[1]?.html;
    users.at(-1)?.setState("OK");
    const after = renderParts(await createPageScene(registry))[1]?.html;
    expect(before).toContain("1100 handlers are RED because of this");
    expect(after).toContain("1099 handlers are RED because of this");
  });
});

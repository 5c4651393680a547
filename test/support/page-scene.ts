import { createProbe } from "../../src/core/probe.ts";
import type { StatusRegistry } from "../../src/core/registry/registry.ts";
import type { PageEventsSetup } from "../../src/http/page/events.ts";
import type { PageScene, PageSource, PageView } from "../../src/http/page/page-model.ts";
import { createChangesRenderer } from "../../src/http/page/render-changes.ts";

/** How a page is looked at that shows all of its details. */
export const FULL_VIEW: PageView = { details: true, seesWho: false, controls: false, names: [] };

function createPageSource(parts: Partial<PageSource> = {}): PageSource {
  return {
    service: {},
    probe: createProbe(),
    getIdentity: () => ({ instance: "test:1", startedAt: new Date(0) }),
    path: "/svc_status",
    controlPath: undefined,
    ...parts,
  };
}

/** What the page's views of a registry are made of. */
export function createPageSetup(registry: StatusRegistry, parts?: Partial<PageSource>): PageEventsSetup {
  return { registry, source: createPageSource(parts), changes: createChangesRenderer(registry) };
}

/** The page of a registry as it is now. */
export async function createPageScene(
  registry: StatusRegistry,
  {
    source = {},
    ...parts
  }: Partial<Omit<PageScene, "source">> & { readonly source?: Partial<PageSource> } = {},
): Promise<PageScene> {
  const report = await registry.getReport();
  return { view: FULL_VIEW, report, ...parts, ...createPageSetup(registry, source) };
}

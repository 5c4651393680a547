import { createProbe } from "../../src/core/probe.ts";
import type { StatusRegistry } from "../../src/core/registry.ts";
import type { PageScene, PageSource, PageView } from "../../src/formats/page/page-model.ts";

/** How a page is looked at that shows all of its details. */
export const FULL_VIEW: PageView = { details: true, controls: false, names: [] };

export function createPageSource(registry: StatusRegistry, parts: Partial<PageSource> = {}): PageSource {
  return {
    service: {},
    probe: createProbe(),
    history: (name) => registry.history(name),
    path: "/svc_status",
    controlPath: undefined,
    ...parts,
  };
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
  return { view: FULL_VIEW, report, ...parts, source: createPageSource(registry, source) };
}

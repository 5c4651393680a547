import { describe, expect, test } from "vitest";
import { createProbe } from "../../../src/core/probe.ts";
import { getProbeSeams } from "../../../src/core/seams.ts";
import { renderPage } from "../../../src/http/page/render-page.ts";
import { createPageScene, FULL_VIEW } from "../../support/page-scene.ts";
import { registryOf } from "../../support/registry.ts";

const INSTANCE = "orders-7f9c:17";
const NOW = Date.parse("2026-01-01T00:03:00Z");
const getIdentity = () => ({ instance: INSTANCE, startedAt: new Date("2026-01-01T00:00:00Z") });

async function render(probe = createProbe(), view = {}): Promise<string> {
  const source = { probe, getIdentity, controlPath: "/probe_status" };
  const scene = await createPageScene(registryOf([]), {
    source,
    view: { ...FULL_VIEW, ...view },
    now: NOW,
  });
  return renderPage(scene).replace(/<\/?(?:bdi|time|strong|span)[^>]*>/g, "");
}

describe("the page of one instance of several", () => {
  test("names the instance in its head and its title, and says since when it runs", async () => {
    const page = await render();
    expect(page).toContain(`<p class="instance">${INSTANCE}, started 3 min ago</p>`);
    expect(page).toContain(`<title>OK: service status (${INSTANCE})</title>`);
    expect(page).toContain(`data-instance="${INSTANCE}"`);
  });

  test("names it to nobody from whom details are hidden, except to those who may act on it", async () => {
    expect(await render(createProbe(), { details: false })).not.toContain(INSTANCE);
    expect(await render(createProbe(), { details: false, seesWho: true })).toContain(INSTANCE);
  });

  test("says why it is out of service and until when, and who did it to those who may do it too", async () => {
    const probe = createProbe();
    probe.decommission("OFF", { reason: "upgrade <1>", until: new Date(Date.now() + 60_000), by: "ann" });
    expect(await render(probe)).toMatch(/Decommissioned “OFF” for \S+ \S+: upgrade &lt;1&gt;, until 20/);
    expect(await render(probe)).not.toContain("by ann");
    expect(await render(probe, { seesWho: true })).toContain("upgrade &lt;1&gt;, by ann, until");
    const hidden = await render(probe, { details: false });
    expect(hidden).toContain("Decommissioned");
    expect(hidden).not.toContain("upgrade");
    probe.commission();
  });

  test("counts down a drain, which nobody can undo", async () => {
    const probe = createProbe();
    getProbeSeams(probe).setDraining?.({ reason: "SIGTERM", deadlineAt: NOW + 18_000 });
    probe.decommission();
    const page = await render(probe, { controls: true });
    expect(page).toContain("Draining (SIGTERM), at most 18 s left");
    expect(page).toContain(`<title>OK, draining: service status (${INSTANCE})</title>`);
    expect(page).not.toContain("data-control=");
  });

  test("has a dialog that names the instance and can be left", async () => {
    const page = await render(createProbe(), { controls: true });
    expect(page).toContain(`data-control="${INSTANCE}"`);
    expect(page).toContain(`<button>Decommission ${INSTANCE} now</button>`);
    expect(page).toContain('<button type="button" data-cancel>Cancel</button>');
  });
});

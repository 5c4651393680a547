import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../../src/core/registry/registry.ts";
import { StateHandler } from "../../../src/core/state-handler.ts";
import { MAX_ROW_DETAIL_LENGTH } from "../../../src/http/page/match-filter.ts";
import type { PageFilter, PageScene } from "../../../src/http/page/page-model.ts";
import { MAX_CHANGE_DETAIL_LENGTH, MAX_SHOWN_CHANGES } from "../../../src/http/page/render-changes.ts";
import { PAGE_HEADERS } from "../../../src/http/page/render-document.ts";
import { MAX_HEADLINE_DETAIL_LENGTH, toRelativeUrl } from "../../../src/http/page/render-head.ts";
import { createPartsRenderer, renderPage } from "../../../src/http/page/render-page.ts";
import { MAX_SHOWN_PROPERTY_LENGTH } from "../../../src/http/page/render-properties.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";
import { createPageScene, FULL_VIEW } from "../../support/page-scene.ts";
import { registryOf } from "../../support/registry.ts";

/** The whole of a first page, for somebody who opens it at 10 handlers. */
const MAX_BYTES = 20_000;

type SceneParts = Parameters<typeof createPageScene>[1];

async function render(registry: StatusRegistry, parts?: SceneParts): Promise<string> {
  return renderPage(await createPageScene(registry, parts));
}

function renderParts(scene: PageScene): ReturnType<ReturnType<typeof createPartsRenderer>> {
  return createPartsRenderer()(scene);
}

async function renderRow(registry: StatusRegistry, parts?: SceneParts): Promise<string> {
  return renderParts(await createPageScene(registry, parts))[1]?.html ?? "";
}

/** Without tags, each replaced by a space. */
function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

describe("the head", () => {
  test.each<[what: string, handlers: Parameters<typeof registryOf>[0], text: string]>([
    ["no handlers", [], "OK No handlers are registered. 0 RED 0 YELLOW 0 OK"],
    ["one that is OK", [["A", { state: "OK" }]], "OK The one handler is OK. 0 RED 0 YELLOW 1 OK"],
    [
      "two that are OK",
      [
        ["A", { state: "OK" }],
        ["B", { state: "OK" }],
      ],
      "OK All 2 handlers are OK. 0 RED 0 YELLOW 2 OK",
    ],
    [
      "one that is YELLOW",
      [
        ["A", { state: "OK" }],
        ["B", { state: "YELLOW" }],
      ],
      "YELLOW first seen 0 s ago : B . 0 RED 1 YELLOW 1 OK",
    ],
    [
      "five that are RED",
      ["E", "D", "C", "B", "A"].map((name) => [name, { state: "RED" }]),
      "RED first seen 0 s ago : A . Also B , C , D and 1 more. 5 RED 0 YELLOW 0 OK",
    ],
  ])("says in words how the whole is: %s", async (_, handlers, text) => {
    const clock = createFakeClock();
    const scene = await createPageScene(registryOf(handlers, { clock }), { now: clock.now() });
    const [head] = renderParts(scene);
    expect(textOf(head?.html ?? "")).toMatch(
      new RegExp(`^.*Service status test:1 , started .* was ${text} In service for`),
    );
  });

  test("counts the RED of a handler that is not critical as it is, and names it where it makes the whole YELLOW", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Minor", () => ({ state: "RED" }), { critical: false });
    const [head] = renderParts(await createPageScene(registry));
    expect(textOf(head?.html ?? "")).toMatch(/was YELLOW first seen .* : Minor \. 1 RED 0 YELLOW 0 OK/);
  });

  /** A head that a story has led to, read a while later. */
  async function headAfter(
    story: (registry: StatusRegistry, clock: ReturnType<typeof createFakeClock>) => Promise<unknown>,
    laterMs: number,
    parts?: SceneParts,
  ): Promise<string> {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    await story(registry, clock);
    await clock.advance(laterMs);
    const [head] = renderParts(await createPageScene(registry, { now: clock.now(), ...parts }));
    return textOf(head?.html ?? "");
  }

  /** A database that was well, and then is not; four depend on it. */
  async function loseDatabase(registry: StatusRegistry, detail: string): Promise<void> {
    const database = new StateHandler();
    database.setState("OK");
    registry.addStatusHandler("Database", database, { critical: false });
    for (const name of ["Exports", "Invoices", "Orders", "Reports"])
      registry.addStatusHandler(name, () => ({ state: database.state ?? "RED" }), {
        dependsOn: ["Database"],
      });
    await registry.getReport();
    database.setState("RED", { detail });
    await registry.getReport();
  }

  test("says since when, what, why, and what is RED with it", async () => {
    const text = await headAfter(
      (registry) => loseDatabase(registry, "connect ECONNREFUSED 10.1.2.3:5432"),
      480_000,
    );
    expect(text).toContain(
      "was RED for 8 min : Database — connect ECONNREFUSED 10.1.2.3:5432 . 4 more with it: Exports , Invoices , Orders and 1 more. 5 RED",
    );
  });

  test("ends the sentence once, and cuts a long detail", async () => {
    expect(await headAfter((registry) => loseDatabase(registry, "It is gone!"), 0)).toContain(
      "— It is gone! 4 more with it",
    );
    expect(await headAfter((registry) => loseDatabase(registry, "x".repeat(999)), 0)).toContain(
      `— ${"x".repeat(MAX_HEADLINE_DETAIL_LENGTH)}… 4 more`,
    );
  });

  test("says of a first result when it was first seen, as nobody knows how long it was so", async () => {
    const text = await headAfter(async (registry) => {
      registry.addStatusHandler("Database", () => ({ state: "RED" }));
      await registry.getReport();
    }, 3_000);
    expect(text).toContain("was RED first seen 3 s ago : Database .");
    expect(text).not.toMatch(/RED for/);
  });

  test("begins with the cause that explains the most, and says since when an older one is", async () => {
    const text = await headAfter(async (registry, clock) => {
      registry.addStatusHandler("Z", () => ({ state: "RED" }));
      await registry.getReport();
      await clock.advance(60_000);
      await loseDatabase(registry, "gone");
      registry.addStatusHandler("Queue", () => ({ state: "RED" }));
      registry.addStatusHandler("Mails", () => ({ state: "RED" }), { dependsOn: ["Queue"] });
    }, 1_000);
    expect(text).toContain(
      "for 1 s : Database — gone . 4 more with it: Exports , Invoices , Orders and 1 more. Also Queue (1 more with it), Z first seen 1 min ago .",
    );
  });

  test("begins with the oldest of causes that explain equally many", async () => {
    const text = await headAfter(async (registry, clock) => {
      registry.addStatusHandler("Z", () => ({ state: "RED" }));
      await registry.getReport();
      await clock.advance(60_000);
      registry.addStatusHandler("A", () => ({ state: "RED" }));
    }, 1_000);
    expect(text).toContain("first seen 1 min ago : Z . Also A .");
  });

  test("says how long a handler hangs", async () => {
    const text = await headAfter(async (registry, clock) => {
      registry.addStatusHandler("Hanging", () => new Promise(() => {}), { timeoutMs: 4_000 });
      void registry.getReport();
      await clock.advance(4_000);
    }, 2_000);
    expect(text).toContain(": Hanging — has not answered for 6 s (timed out after 4000 ms) .");
  });

  test("has names only where details are hidden", async () => {
    const parts = { view: { ...FULL_VIEW, details: false } };
    const text = await headAfter((registry) => loseDatabase(registry, "gone"), 1_000, parts);
    expect(text).toContain("was RED Exports . Also Invoices , Orders , Reports . 5 RED");
  });

  test("says when the probe was decommissioned, and with which text", async () => {
    const probe = createProbe();
    probe.decommission("<b>off</b>");
    const page = await render(registryOf([]), { source: { probe }, now: probe.since.getTime() + 180_000 });
    expect(textOf(page)).toContain("Decommissioned “ &lt;b&gt;off&lt;/b&gt; ” for 3 min");
    expect(page).toContain("<title>OK, decommissioned: service status (test:1)</title>");
  });

  test("has the service's name, version and links", async () => {
    const service = {
      name: "orders & more",
      version: "1.2.3",
      links: [{ title: "Logs", url: "https://logs.example/?a=1&b=2" }],
    };
    const page = await render(registryOf([]), { source: { service } });
    expect(page).toContain("<h1><bdi>orders &amp; more</bdi> <small><bdi>1.2.3</bdi></small></h1>");
    expect(page).toContain('<a href="https://logs.example/?a=1&amp;b=2" rel="noreferrer">Logs</a>');
    expect(page).toContain("<title>OK: orders &amp; more (test:1)</title>");
  });
});

describe("a row", () => {
  test("has the state, name, detail, age, duration and what is special", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const job = new StateHandler();
    job.setState("RED", { detail: "stopped" });
    registry.addStatusHandler("Job", job, { critical: false, scope: "local" });
    await registry.getReport();
    await clock.advance(200_000);
    const row = await renderRow(registry, { now: clock.now() });
    expect(textOf(row)).toContain(
      "was RED Job not critical local stopped 0 % Last 24 h, UTC: RED since 00:00, unknown before. 0 % OK, 23 h unknown. first seen 3 min ago <1 ms".replace(
        "<",
        "&lt;",
      ),
    );
    expect(row).toContain(
      '<time datetime="2026-01-01T00:00:00.000Z" title="2026-01-01 00:00:00 UTC" data-age=" ago">3 min ago</time>',
    );
  });

  test("of a handler that hangs has how long it has not answered", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    registry.addStatusHandler("Hanging", () => new Promise(() => {}), { timeoutMs: 4_000 });
    void registry.getReport();
    await clock.advance(6_000);
    const row = await renderRow(registry, { now: clock.now() });
    expect(row).toContain('<span class="took" title="Time without an answer">6 s</span>');
    expect(textOf(row)).toContain("Last run no answer for 6 s");
    expect(textOf(row)).toContain("has not answered for 6 s (timed out after 4000 ms)");
  });

  test("is the same whenever it is looked at, where nobody says when that is", async () => {
    const clock = createFakeClock();
    const registry = registryOf([["A", { state: "RED" }]], { clock });
    const before = await renderRow(registry);
    await clock.advance(100_000);
    expect(await renderRow(registry)).toBe(before);
  });

  test("shows every property that the handler reported, and what is known of it", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Database", () => ({ state: "RED" }));
    registry.addStatusHandler(
      "Orders",
      () => ({ state: "RED", code: 7, nested: { a: [1, "<i>"] }, __proto__x: null, flag: false }),
      { dependsOn: ["Database"] },
    );
    const text = textOf(await renderRow(registry));
    expect(text).toContain("detail because Database is RED");
    expect(text).toContain(
      'code 7 nested { "a": [ 1, "&lt;i&gt;" ] } __proto__x null flag false'.replaceAll('"', "&quot;"),
    );
    expect(text).toContain("Reason dependency Critical yes Scope shared Depends on Database");
  });

  test("says what the handler answered where that is held back", async () => {
    const registry = createStatusRegistry();
    let state: "OK" | "RED" = "OK";
    registry.addStatusHandler("A", () => ({ state }), { failAfter: 3 });
    await registry.getReport();
    state = "RED";
    expect(textOf(await renderRow(registry))).toContain("Last result RED");
  });

  test(`lists the last ${MAX_SHOWN_CHANGES} changes, the newest first, and knows the state before`, async () => {
    const job = new StateHandler();
    const clock = createFakeClock();
    const registry = createStatusRegistry({ historyLimit: 500, clock });
    registry.addStatusHandler("Job", job);
    for (let step = 0; step < 150; step += 1) {
      await clock.advance(1_000);
      job.setState(step % 2 === 0 ? "RED" : "OK", { detail: `step ${step} ${"x".repeat(200)}` });
      await registry.getReport();
    }
    const row = await render(registry);
    const steps = [...row.matchAll(/<li>.*?step (\d+) x*…<\/bdi>/g)].map((match) => Number(match[1]));
    expect(steps).toEqual(Array.from({ length: MAX_SHOWN_CHANGES }, (_, index) => 149 - index));
    expect(row).toContain(`step 149 ${"x".repeat(MAX_CHANGE_DETAIL_LENGTH - 9)}…`);
    expect(row.match(/data-turns="(.*?)"/)?.[1]?.split(" ")).toHaveLength(MAX_SHOWN_CHANGES + 1);
  });

  test("says that it knows of no change, where there was none", async () => {
    expect(await renderRow(registryOf([["A", { state: "OK" }]]))).toContain("No changes are recorded.");
  });

  test("has the beginning of a long detail, and the whole of it when it is opened", async () => {
    const detail = `${"ä".repeat(MAX_ROW_DETAIL_LENGTH - 1)}😀${"b".repeat(9_000)}`;
    const row = await renderRow(registryOf([["A", { state: "RED", detail }]]));
    expect(row).toContain(`<span class="detail" dir="auto">${"ä".repeat(MAX_ROW_DETAIL_LENGTH - 1)}…</span>`);
    expect(row).toContain(`<dd dir="auto">${detail}</dd>`);
  });

  test(`cuts a property at ${MAX_SHOWN_PROPERTY_LENGTH} characters, and says so`, async () => {
    const text = "x".repeat(MAX_SHOWN_PROPERTY_LENGTH);
    const row = await renderRow(registryOf([["A", { state: "OK", fits: text, long: `${text}yz` }]]));
    expect(row).toContain(`${text}</dd>`);
    expect(row).toContain(`${text}<em>… and 2 characters more</em></dd>`);
  });

  test("keeps lines in properties, and no other control character anywhere", async () => {
    const registry = registryOf([["A", { state: "RED", detail: "a\nb\u001b[31m\u0000" }]]);
    const row = await renderRow(registry);
    expect(row).toContain('<span class="detail" dir="auto">a b [31m </span>');
    expect(row).toContain('<dd dir="auto">a\nb [31m </dd>');
  });
});

describe("what to do about a handler", () => {
  const RUNBOOK = "https://runbooks.example/db?a=1&b=2";

  async function renderBroken(view = FULL_VIEW): Promise<{ readonly head: string; readonly row: string }> {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Data base", () => ({ state: "RED", detail: "gone" }), {
      runbook: RUNBOOK,
      description: "Asks <b> for one row.",
    });
    const service = { runbook: "https://runbooks.example/orders" };
    const [head, row] = renderParts(await createPageScene(registry, { view, source: { service } }));
    return { head: head?.html ?? "", row: row?.html ?? "" };
  }

  test("is in the row: its purpose, its runbook, and an address of the row that needs no script", async () => {
    const { row } = await renderBroken();
    expect(textOf(row)).toContain("Asks &lt;b&gt; for one row. Runbook Link to this row Copy this row");
    expect(row).toContain(
      '<a class="runbook" href="https://runbooks.example/db?a=1&amp;b=2" rel="noreferrer">Runbook</a>',
    );
    expect(row).toContain('<div class="more" id="handler-Data%20base" tabindex="-1">');
    expect(row).toContain('<a class="anchor" href="#handler-Data%20base">');
  });

  test("is in the head: the runbook of the service and that of the cause", async () => {
    const { head } = await renderBroken();
    expect(head).toContain('<a href="https://runbooks.example/orders" rel="noreferrer">Runbook</a>');
    expect(textOf(head)).toMatch(/ : Data base — gone \. Runbook \. 1 RED/);
    expect(head).toContain('<a href="#handler-Data%20base">');
  });

  test("is hidden with the details, but for the address of the row", async () => {
    const { head, row } = await renderBroken({ ...FULL_VIEW, details: false });
    expect(head + row).not.toMatch(/runbook|one row/i);
    expect(row).toContain('<li class="row RED" id="handler-Data%20base" tabindex="-1"');
  });
});

describe("what depends on another", () => {
  test("is folded under it, with a word on how many there are", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Api", () => ({ state: "RED" }), { dependsOn: ["Database"] });
    registry.addStatusHandler("Orders", () => ({ state: "RED" }), { dependsOn: ["Database"] });
    registry.addStatusHandler("Database", () => ({ state: "RED" }));
    const parts = renderParts(await createPageScene(registry));
    expect(parts.map(({ key }) => key)).toEqual(["head", "handler:Database"]);
    expect(parts[1]?.html).toContain("2 handlers are RED because of this");
    expect(parts[1]?.html).toContain('data-key="handler:Orders"');
  });
});

describe("without details", () => {
  const view = { ...FULL_VIEW, details: false };

  test("there are names and states, and nothing else of the handlers and the service", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Database", () => ({ state: "RED", detail: "m4rk3r", m4rk3r: 1 }), {
      scope: "local",
    });
    registry.addStatusHandler("Api", () => ({ state: "RED" }), { critical: false, dependsOn: ["Database"] });
    const service = { name: "orders", version: "v3rs10n", links: [{ title: "l1nk", url: "https://l1nk/" }] };
    const scene: PageScene = await createPageScene(registry, { view, source: { service } });
    const [, ...rows] = renderParts(scene);
    expect(rows.map(({ html }) => textOf(html))).toEqual(["was RED Api", "was RED Database"]);
    const page = renderPage(scene);
    expect(page).not.toMatch(/m4rk3r|v3rs10n|l1nk|because|not critical|>local</);
    expect(page).toContain("You don't have permission to see details.");
    expect(page).toContain("<bdi>orders</bdi>");
  });
});

describe("the filter", () => {
  async function shownFor(filter: PageFilter): Promise<string> {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Database", () => ({ state: "RED", detail: "No Answer" }));
    registry.addStatusHandler("Orders", () => ({ state: "RED" }), { dependsOn: ["Database"] });
    registry.addStatusHandler("Cache", () => ({ state: "OK" }));
    const page = await render(registry, { filter });
    const rows = [...page.matchAll(/data-key="handler:(\w+)" data-state="\w+"( hidden)?/g)];
    const shown = rows.filter(([, , hidden]) => hidden === undefined).map(([, name]) => name);
    return `${shown.join(" ")}${/class="fold" open/.test(page) ? ", open" : ""}${/class="none" hidden/.test(page) ? "" : ", none"}`;
  }

  test.each<[filter: PageFilter, shown: string]>([
    [{ text: "", states: ["RED"] }, "Database Orders, open"],
    [{ text: "", states: ["OK", "YELLOW"] }, "Cache"],
    [{ text: "answer", states: [] }, "Database"],
    [{ text: "ORDERS", states: [] }, "Database Orders, open"],
    [{ text: "cache", states: ["RED"] }, ", none"],
  ])("%j hides the others, and shows what is folded for those that it finds there", async (filter, shown) => {
    expect(await shownFor(filter)).toBe(shown);
  });

  test("stands in the form again, as text", async () => {
    const page = await render(registryOf([]), { filter: { text: '"><script>', states: ["RED"] } });
    expect(page).toContain('name="q" value="&quot;&gt;&lt;script&gt;"');
    expect(page).toContain('value="RED" checked>');
    expect(page).toContain('value="OK">');
  });
});

describe("the page", () => {
  const TEN = Array.from({ length: 10 }, (_, index) => [
    `Handler${index}`,
    {
      state: index === 3 ? "RED" : "OK",
      detail: `${index * 17} of 200 connections in use`,
      latencyMs: index * 1.7,
    },
  ]) as Parameters<typeof registryOf>[0];

  test(`is at most ${MAX_BYTES} bytes for 10 handlers, with its style and its script`, async () => {
    const page = await render(registryOf(TEN), { source: { service: { name: "orders", version: "1.2.3" } } });
    expect(gzipSync(page).length).toBeLessThan(MAX_BYTES);
  });

  test("allows its own style and script, and nothing from elsewhere", () => {
    expect(PAGE_HEADERS).toEqual({
      "Content-Security-Policy": expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; script-src 'sha256-[\w+/=]{44}'; connect-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
      ),
      "Referrer-Policy": "no-referrer",
    });
  });

  test("has no style and no script but its own, and loads nothing", async () => {
    const page = await render(registryOf(TEN));
    expect(page.match(/<script\b/g)).toHaveLength(1);
    expect(page.match(/<style\b/g)).toHaveLength(1);
    const body = page.replace(/<(script|style)\b.*?<\/\1>/gs, "");
    expect(body).not.toMatch(/ style=| on\w+=| src=/);
    expect(body.match(/<link\b[^>]*>/g)).toEqual([
      expect.stringMatching(/^<link rel="icon" href="data:image\/svg\+xml,[^"]+">$/),
    ]);
  });

  test("asks again by itself where there is no script", async () => {
    expect(await render(registryOf([]))).toContain(
      '<noscript><meta http-equiv="refresh" content="10"></noscript>',
    );
  });

  test("keeps to the handlers that were asked for by name", async () => {
    const page = await render(registryOf([["a b&c", { state: "OK" }]]), {
      view: { ...FULL_VIEW, names: ["a b&c"] },
    });
    expect(page).toContain('data-events="./svc_status.events?name=a%20b%26c"');
    expect(page).toContain('href="./svc_status.json?name=a%20b%26c"');
    expect(page).toContain('<input type="hidden" name="name" value="a b&amp;c">');
  });

  test("has the button for the probe only where that is allowed", async () => {
    const source = { controlPath: "/probe_status" };
    expect(await render(registryOf([]), { source })).not.toContain("data-control");
    const page = await render(registryOf([]), { source, view: { ...FULL_VIEW, controls: true } });
    expect(page).toContain('action="./probe_status?body=OFF" data-control="test:1">');
  });

  test.each([
    ["/svc_status", "/svc_status.json", "./svc_status.json"],
    ["/a/b/status", "/probe", "../../probe"],
    ["/status", "/a b/ü", "./a%20b/%C3%BC"],
  ])("links from %s to %s, whatever stands before both", (from, to, url) => {
    expect(toRelativeUrl(from, to)).toBe(url);
    const mounted = new URL(url, `https://host/mounted${from}`).pathname;
    expect(decodeURIComponent(mounted)).toBe(`/mounted${to}`);
  });
});

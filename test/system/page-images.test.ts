import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HandlerOptions } from "../../src/core/handler-options.ts";
import { getProbeSeams } from "../../src/core/seams.ts";
import type { State } from "../../src/core/state.ts";
import { StateHandler } from "../../src/core/state-handler.ts";
import type { Status } from "../../src/core/status.ts";
import { systemClock } from "../../src/util/clock.ts";
import { BROWSER_TIMEOUT_MS, openPage, startBrowser } from "../support/browser.ts";
import { type PageService, startPageService } from "../support/page-service.ts";
import { describeWithProgram } from "../support/system.ts";

/** With it the pictures of the documentation are made anew: SVC_STATUS_IMAGES=1 npx vitest run test/system/page-images.test.ts */
const isWriting = process.env["SVC_STATUS_IMAGES"] === "1";

const MINUTE_MS = 60_000;

const MAX_IMAGE_BYTES = 120_000;

const root = join(import.meta.dirname, "../..");
const folder = join(root, "docs/images");

interface Picture {
  readonly options: BrowserContextOptions;
  readonly story: readonly Happening[];
}

/** What a handler said, and how many minutes ago. */
type Happening = readonly [minutesAgo: number, name: string, state: State, detail?: string, more?: object];

const DAY = 24 * 60;

/** How long the service has run, in minutes. */
const UPTIME = 3 * DAY + 4 * 60;

const GATEWAY = "p95 180 ms";
const CONNECTIONS = "12 of 20 connections in use";

/** A gateway that is slow now and then, and a release after which there was some trouble. */
const CALM: readonly Happening[] = [
  [UPTIME, "DatabaseConnection", "OK", CONNECTIONS, { labels: { connections: 12 } }],
  [UPTIME, "OrderHistory", "OK"],
  [UPTIME, "Reports", "OK", "the last one at 02:00"],
  [UPTIME, "PaymentGateway", "OK", GATEWAY],
  [UPTIME, "Mailer", "OK", "no message waits"],
  [UPTIME, "EventLoop", "OK", "p99 delay 11 ms"],
  [UPTIME, "TlsCertificate", "OK", "valid until 2027-02-11"],
  ...Array.from({ length: 24 }, (_, index) => 410 + 170 * index).flatMap((ago): readonly Happening[] => [
    [ago, "PaymentGateway", "YELLOW", "p95 910 ms"],
    [ago - 8, "PaymentGateway", "OK", GATEWAY],
  ]),
  ...Array.from({ length: 9 }, (_, index) => 1_700 + 300 * index).flatMap((ago): readonly Happening[] => [
    [ago, "Mailer", "YELLOW", "280 messages wait, the oldest for 5 min"],
    [ago - 11, "Mailer", "OK", "no message waits"],
  ]),
  [1_500, "DatabaseConnection", "YELLOW", "20 of 20 connections in use"],
  [1_499, "DatabaseConnection", "RED", "no connection within 5000 ms"],
  [1_498, "PaymentGateway", "RED", "answers 503"],
  [1_489, "DatabaseConnection", "OK", CONNECTIONS, { labels: { connections: 12 } }],
  [1_480, "PaymentGateway", "OK", GATEWAY],
  [1_485, "Mailer", "YELLOW", "310 messages wait, the oldest for 6 min"],
  [1_466, "Mailer", "OK", "no message waits"],
  [2_200, "EventLoop", "YELLOW", "p99 delay 140 ms"],
  [2_198, "EventLoop", "OK", "p99 delay 11 ms"],
  [150, "EventLoop", "YELLOW", "p99 delay 122 ms"],
  [149, "EventLoop", "OK", "p99 delay 11 ms"],
];

const BROKEN: readonly Happening[] = [
  ...CALM,
  [14, "Mailer", "YELLOW", "1,204 messages wait, the oldest for 12 min"],
  [3.4, "DatabaseConnection", "RED", "connect ECONNREFUSED 10.1.2.3:5432", { code: "ECONNREFUSED" }],
  [3.4, "OrderHistory", "RED"],
  [3.4, "Reports", "RED"],
];

const WIDE = { viewport: { width: 1_100, height: 560 } };

const PICTURES: Readonly<Record<string, Picture>> = {
  "page-light": { options: { ...WIDE, colorScheme: "light" }, story: CALM },
  "page-dark": { options: { ...WIDE, colorScheme: "dark" }, story: CALM },
  "page-red": { options: { ...WIDE, colorScheme: "light" }, story: BROKEN },
  "page-narrow": {
    options: { viewport: { width: 360, height: 720 }, colorScheme: "dark" },
    story: BROKEN,
  },
};

const OPTIONS: Readonly<Record<string, HandlerOptions>> = {
  OrderHistory: { dependsOn: ["DatabaseConnection"] },
  Reports: { dependsOn: ["DatabaseConnection"] },
  Mailer: { critical: false },
  EventLoop: { scope: "local" },
};

/** How long each is asked: what is in the process is known at once, and others are a network away. */
const TOOK_MS: Readonly<Record<string, number>> = {
  DatabaseConnection: 4,
  OrderHistory: 23,
  Reports: 61,
  PaymentGateway: 180,
  Mailer: 12,
  EventLoop: 0,
  TlsCertificate: 37,
};

const SERVICE = {
  name: "orders",
  version: "1.14.2",
  links: [
    { title: "Dashboard", url: "https://example.com/dashboard" },
    { title: "Runbook", url: "https://example.com/runbook" },
  ],
};

/** A service to which all of that has happened, told by a clock that was behind at first, and goes on with each question. */
async function startOrders(story: readonly Happening[]): Promise<PageService> {
  let behindMs = 0;
  let tookMs = 0;
  const clock = {
    ...systemClock,
    now: () => Date.now() - behindMs,
    monotonicNow: () => systemClock.monotonicNow() - behindMs + tookMs,
  };

  class Handler extends StateHandler {
    readonly name: string;

    constructor(name: string) {
      super();
      this.name = name;
    }

    override status(): Status {
      tookMs += TOOK_MS[this.name] ?? 0;
      return super.status();
    }
  }

  const service = await startPageService({ service: SERVICE }, undefined, { clock });
  const { registry, probe } = service;
  const startedAt = new Date(Date.now() - UPTIME * MINUTE_MS);
  const seams = getProbeSeams(probe);
  seams.adoptSetting?.({ body: "OK" }, startedAt);
  seams.identity = { instance: "orders-7f9c:17", startedAt };
  const handlers = new Map<string, StateHandler>();
  const inOrder = story.toSorted(([one], [other]) => other - one);
  for (const [minutesAgo, name, state, detail = "", more = {}] of inOrder) {
    behindMs = minutesAgo * MINUTE_MS;
    const handler = handlers.get(name) ?? new Handler(name);
    handler.setState(state, { ...(detail !== "" && { detail }), ...more });
    if (!handlers.has(name)) registry.addStatusHandler(name, handler, OPTIONS[name]);
    handlers.set(name, handler);
    await registry.getStatus(name);
  }
  behindMs = 0;
  return service;
}

describeWithProgram(["chromium"], "the pictures of the status page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, BROWSER_TIMEOUT_MS);
  afterAll(() => browser.close());

  test.each(Object.entries(PICTURES))("%s is made of a page", async (name, { options, story }) => {
    const service = await startOrders(story);
    const page = await openPage(browser, options);
    await page.goto(service.url);
    await page.locator("#link", { hasText: "Live" }).waitFor();
    await page.locator(".since", { hasText: "for 3 d" }).first().waitFor();
    expect(await page.locator(".row", { hasText: "PaymentGateway" }).locator(".took").textContent()).toBe(
      "180 ms",
    );
    const fold = page.locator(".fold > summary");
    if ((await fold.count()) > 0) await fold.click();
    const image = await page.screenshot({ fullPage: true });
    expect(image.length).toBeLessThan(MAX_IMAGE_BYTES);
    if (!isWriting) return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.png`), image);
  });
});

describe("the documentation", () => {
  const pages = ["README.md", "docs/page.md"]
    .map((page) => readFileSync(join(root, page), "utf8"))
    .join("\n");

  test.each(Object.keys(PICTURES))("shows %s, which is small", (name) => {
    const path = `docs/images/${name}.png`;
    expect(existsSync(join(root, path))).toBe(true);
    expect(statSync(join(root, path)).size).toBeLessThan(MAX_IMAGE_BYTES);
    expect(pages).toContain(`images/${name}.png)`);
  });
});

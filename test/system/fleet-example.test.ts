import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { openPage, startBrowser } from "../support/browser.ts";
import { ask, serve } from "../support/http.ts";
import type { Exit } from "../support/program.ts";
import { describeWithProgram } from "../support/system.ts";

const root = join(import.meta.dirname, "../..");

/** A real Prometheus scrapes, evaluates and is asked, on a machine that is busy with other tests. */
const TIMEOUT_MS = 180_000;
const VISIBLE = { timeout: 30_000 };

interface Example {
  readonly lines: readonly string[];
  /** Where its temporary files are. */
  readonly folder: string;
  readonly ready: Promise<void>;
  readonly ended: Promise<Exit & { readonly complaints: string }>;
  kill(signal: NodeJS.Signals): void;
}

function startExample(variables: Readonly<Record<string, string>>): Example {
  const folder = mkdtempSync(join(tmpdir(), "fleet-example-"));
  const env = { PATH: process.env["PATH"], PORT: "0", TMPDIR: folder, ...variables };
  const child = spawn(process.execPath, ["examples/fleet/main.mjs"], { cwd: root, env });
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true });
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    complaints += chunk;
  });
  const ended = new Promise<Exit & { complaints: string }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, complaints }));
  });
  const lines: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      if (line === "Press Ctrl-C to stop it.") resolve();
    });
    ended.then((end) => reject(new Error(`the example ended: ${JSON.stringify(end)}`)), reject);
  });
  ready.catch(() => {}); // an example that must not start is awaited by its end
  return { lines, folder, ready, ended, kill: (signal) => void child.kill(signal) };
}

async function findViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
    return (await axe.run()).violations.map(({ id }) => id);
  });
}

function isScrolledSideways(page: Page): Promise<boolean> {
  return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
}

describeWithProgram(["prometheus", "prometheus-alertmanager", "chromium"], "npm run fleet", () => {
  test("shows the cause first when the database breaks, and leaves nothing behind", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const example = startExample({});
    await example.ready;
    const urls = example.lines.join("\n").match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
    const ports = [...new Set(urls)].map((url) => Number(new URL(url).port));
    // The panel, Alertmanager, Prometheus.
    expect(ports).toHaveLength(3);
    const [port = 0] = ports;

    const browser = await startBrowser();
    onTestFinished(() => browser.close());
    const panel = await openPage(browser, { viewport: { width: 320, height: 700 }, colorScheme: "dark" });
    await panel.goto(`http://127.0.0.1:${port}/`);
    expect(await findViolations(panel)).toEqual([]);
    expect(await isScrolledSideways(panel)).toBe(false);

    const fleet = await openPage(browser);
    await fleet.goto(`http://127.0.0.1:${port}/fleet`);
    const readJson = async (): Promise<unknown> =>
      JSON.parse((await ask(port, "/fleet.json")).body) as unknown;
    await expect.poll(readJson, VISIBLE).toMatchObject({
      state: "OK",
      services: ["accounts", "billing", "orders", "stock", "web"].map((name) => ({
        name,
        instances: { targets: 3, scraped: 3, inService: 3 },
      })),
    });

    await panel.getByRole("button", { name: "Break it" }).first().click();
    await panel.getByRole("button", { name: "Fix it" }).waitFor();
    await expect.poll(readJson, VISIBLE).toMatchObject({
      state: "RED",
      services: [
        { name: "accounts", causes: ["Database"] },
        { name: "billing", root: "accounts" },
        { name: "orders", root: "accounts" },
        { name: "web", root: "accounts" },
        { name: "stock", state: "OK" },
      ],
    });
    // The page updates by itself.
    await expect.poll(() => fleet.locator("main").textContent(), VISIBLE).toMatch(/accounts[\s\S]*Database/);
    expect(await findViolations(fleet)).toEqual([]);
    const images = process.env["FLEET_IMAGES"];
    if (images !== undefined) {
      await panel.screenshot({ path: join(images, "panel-320.png"), fullPage: true });
      for (const width of [320, 800, 1_280]) {
        await fleet.setViewportSize({ width, height: 800 });
        await fleet.screenshot({ path: join(images, `fleet-${width}.png`), fullPage: true });
      }
    }

    await panel.getByRole("button", { name: "Fix it" }).click();
    await expect.poll(readJson, VISIBLE).toMatchObject({ state: "OK" });

    expect(readdirSync(example.folder)).toHaveLength(1);
    example.kill("SIGINT");
    expect(await example.ended).toEqual({ code: null, signal: "SIGINT", complaints: "" });
    expect(readdirSync(example.folder)).toEqual([]);
    for (const each of ports) await expect(ask(each, "/")).rejects.toThrow("ECONNREFUSED");
  });

  test("breaks and fixes everything that it lists", { timeout: TIMEOUT_MS }, async () => {
    const example = startExample({});
    await example.ready;
    const port = Number(/:(\d+)\/$/.exec(example.lines.find((line) => line.endsWith("/")) ?? "")?.[1]);
    const post = (target: string, headers = {}) => ask(port, target, { method: "POST", headers });
    const { body } = await ask(port, "/");
    const names = Array.from(body.matchAll(/action="\/break\/(\w+)"/g), ([, name]) => name);
    expect(names).toEqual(["database", "disk", "instance", "probe", "rollout"]);
    for (const name of names) expect((await post(`/break/${name}`)).status).toBe(303);
    expect((await ask(port, "/")).body).not.toContain('action="/break/');
    for (const name of names) expect((await post(`/fix/${name}`)).status).toBe(303);
    expect((await ask(port, "/")).body).toBe(body);
    expect((await post("/break/database", { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
    expect((await post("/break/constructor")).status).toBe(404);
    expect((await ask(port, "/")).body).toBe(body);
    example.kill("SIGTERM");
    expect(await example.ended).toMatchObject({ signal: "SIGTERM", complaints: "" });
  });

  test("leaves nothing behind if it is stopped while it starts", { timeout: TIMEOUT_MS }, async () => {
    const example = startExample({});
    await expect.poll(() => readdirSync(example.folder), VISIBLE).toHaveLength(1);
    example.kill("SIGINT");
    expect(await example.ended).toMatchObject({ signal: "SIGINT" });
    expect(readdirSync(example.folder)).toEqual([]);
  });
});

describe("a fleet that cannot start", () => {
  test("says how to install Prometheus", { timeout: TIMEOUT_MS }, async () => {
    const { code, complaints } = await startExample({ PATH: "/nowhere" }).ended;
    expect(complaints).toMatch(/^Prometheus is not installed\.\n.*apt-get install prometheus /);
    expect(code).toBe(1);
  });

  test("says that PORT is invalid", { timeout: TIMEOUT_MS }, async () => {
    const { code, complaints } = await startExample({ PORT: "abc" }).ended;
    expect(complaints).toBe('PORT: expected a number from 0 to 65535, got "abc"\n');
    expect(code).toBe(1);
  });
});

describeWithProgram(["prometheus"], "a fleet whose port is taken", () => {
  test("says so", { timeout: TIMEOUT_MS }, async () => {
    const { port } = await serve((_request, response) => response.end());
    const { code, complaints } = await startExample({ PORT: String(port) }).ended;
    expect(complaints).toBe(`port ${port} is taken; PORT=${port + 1} npm run fleet takes another one\n`);
    expect(code).toBe(1);
  });
});

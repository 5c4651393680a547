import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { createDrain, type Drain } from "../../src/drain/drain.ts";
import { openPage, startBrowser } from "../support/browser.ts";
import { openFirefox } from "../support/firefox.ts";
import { findFreePort } from "../support/free-port.ts";
import { startProgram } from "../support/program.ts";
import { describeWithProgram } from "../support/system.ts";

const SPREAD_MS = 3_000;

/** Browsers open at most six connections to a host. */
const STREAMS = 5;

/** What each `EventSource` has seen. */
interface Seen {
  /** The instances in turn, and when the first event of each came. */
  readonly visits: readonly { readonly instance: string; readonly at: number }[];
  readonly events: number;
  /** Events that were dispatched in the middle. */
  readonly broken: readonly string[];
  readonly isOpen: boolean;
}

function renderPage(): string {
  return `<!doctype html><title>events</title><script>
const seen = [];
for (let index = 0; index < ${STREAMS}; index += 1) {
    const stream = { visits: [], events: 0, broken: [], isOpen: false };
    seen.push(stream);
    const source = new EventSource("/events");
    source.onopen = () => { stream.isOpen = true; };
    source.onerror = () => { stream.isOpen = false; };
    source.onmessage = ({ data }) => {
      try {
        const { instance } = JSON.parse(data);
        stream.events += 1;
        if (stream.visits.at(-1)?.instance !== instance) stream.visits.push({ instance, at: Date.now() });
      } catch {
        stream.broken.push(data);
      }
    };
  }
</script>`;
}

interface Instance {
  readonly drain: Drain;
  /** The number of ordinary requests. */
  requests(): number;
}

/** An instance that writes each event in two halves, so that an end in the middle of one shows. */
async function startInstance(name: string, port: number): Promise<Instance> {
  const probe = createProbe();
  const listeners = new Set<ServerResponse>();
  let requests = 0;
  let halves = 0;
  const timer = setInterval(() => {
    halves += 1;
    const half = halves % 2 === 1 ? `data: {"instance":"${name}",` : `"tick":${halves}}\n\n`;
    for (const response of listeners) response.write(half);
  }, 50);
  onTestFinished(() => clearInterval(timer));
  const answerStatus = serviceStatus({ probe, registry: createStatusRegistry() });
  const server = createServer((request, response) => {
    answerStatus(request, response, () => {
      requests += 1;
      if (request.url !== "/events") {
        response.setHeader("Content-Type", "text/html");
        response.end(renderPage());
        return;
      }
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(": hello\n\n");
      listeners.add(response);
      response.on("close", () => listeners.delete(response));
    });
  });
  server.keepAliveTimeout = 65_000;
  const drain = createDrain(server, { probe, fallbackMs: 0, streams: { spreadMs: SPREAD_MS } });
  await new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { drain, requests: () => requests };
}

async function startBalancer(port: number, ports: readonly [number, number]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "haproxy.cfg");
  const text = await readFile(join(import.meta.dirname, "../../deploy/haproxy.cfg"), "utf8");
  await writeFile(
    file,
    text
      .replace("bind :80", `bind 127.0.0.1:${port}`)
      .replace("192.0.2.1:8080", `127.0.0.1:${ports[0]}`)
      .replace("192.0.2.2:8080", `127.0.0.1:${ports[1]}`),
  );
  startProgram("haproxy", ["-db", "-f", file]);
}

interface Page {
  open(url: string): Promise<void>;
  read(): Promise<readonly Seen[]>;
}

/** Restarts both instances while a page of a browser is open. */
async function restartBoth({ open, read }: Page): Promise<void> {
  const port = await findFreePort();
  const [one, two] = [await findFreePort(), await findFreePort()];
  const first = await startInstance("one", one);
  const second = await startInstance("two", two);
  await startBalancer(port, [one, two]);
  await expect.poll(() => canFetch(port), { timeout: 20_000 }).toBe(true);
  await open(`http://127.0.0.1:${port}/`);
  const poll = { timeout: 30_000, interval: 100 };
  const countOn = async (name: string): Promise<number> =>
    (await read()).filter(({ visits, isOpen }) => isOpen && visits.at(-1)?.instance === name).length;
  await expect.poll(async () => (await countOn("one")) + (await countOn("two")), poll).toBe(STREAMS);
  expect(await countOn("one")).toBeGreaterThan(0);

  expect(await first.drain.start()).toMatchObject({ ok: true, requestsCut: 0 });
  await expect.poll(() => countOn("two"), poll).toBe(STREAMS);
  const third = await startInstance("three", one);
  // HAProxy takes it back after two checks.
  await expect
    .poll(async () => {
      await canFetch(port);
      return third.requests();
    }, poll)
    .toBeGreaterThan(0);
  const report = await second.drain.start();
  expect(report).toMatchObject({ ok: true, requestsCut: 0, streamsEnded: STREAMS });
  await expect.poll(() => countOn("three"), poll).toBe(STREAMS);

  const seen = await read();
  expect(seen.flatMap(({ broken }) => broken)).toEqual([]);
  // Nobody came back to an instance that had ended its stream: that would be a visit more.
  for (const { visits } of seen)
    expect(["two three", "one two three"]).toContain(visits.map(({ instance }) => instance).join(" "));
  const moved = seen.map(({ visits }) => visits.at(-1)?.at ?? 0);
  expect(Math.max(...moved) - Math.min(...moved)).toBeGreaterThan(SPREAD_MS / 3);
}

async function canFetch(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  return response?.status === 200;
}

describeWithProgram(["haproxy", "chromium"], "EventSource in Chromium", () => {
  test("survives a rolling restart, reconnects elsewhere, and spreads over time", async () => {
    const browser = await startBrowser();
    onTestFinished(() => browser.close());
    const page = await openPage(browser);
    await restartBoth({
      open: async (url) => void (await page.goto(url)),
      read: () => page.evaluate("seen"),
    });
  });
});

describeWithProgram(["haproxy", "firefox-esr"], "EventSource in Firefox", () => {
  test("survives a rolling restart, reconnects elsewhere, and spreads over time", async () => {
    const page = await openFirefox();
    await restartBoth({
      open: page.open,
      read: async () => (await page.evaluate("seen")) as readonly Seen[],
    });
  });
});

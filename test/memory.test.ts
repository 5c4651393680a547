import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { MAX_HUNG_BACKOFF_MS } from "../src/core/pipeline/back-off.ts";
import { createProbe } from "../src/core/probe.ts";
import { MAX_QUEUED_CHANGES } from "../src/core/registry/changes.ts";
import { createStatusRegistry, type StatusRegistry } from "../src/core/registry/registry.ts";
import { StateHandler } from "../src/core/state-handler.ts";
import type { StatusResponse } from "../src/http/message.ts";
import { createPageEvents } from "../src/http/page/events.ts";
import { PAGE_MIN_GAP_MS } from "../src/http/page/pace.ts";
import { createStatusService } from "../src/http/service.ts";
import { createCollector } from "../src/metrics/collect.ts";
import { type NotifyCommonOptions, notify, type Send } from "../src/notify/notify.ts";
import { startPublishing } from "../src/sentinel/publish.ts";
import { createReplica, type Replica } from "../src/sentinel/replica.ts";
import { createFakeClock, type FakeClock } from "../src/testing/fake-clock.ts";
import { createBulk, MAX_GROWTH_BYTES, measureGrowth } from "./support/heap.ts";
import { createPageSetup, FULL_VIEW } from "./support/page-scene.ts";
import { createStatusRequest } from "./support/status-request.ts";

/** More than a history holds, so that the first round fills it. */
const TURNS = 110;

/** The fake clock holds canceled timers until they would be due. */
const PAST_TIMERS_MS = 20_000;

const TEXTS = ["", ".csv", ".json", ".health", ".prometheus"].map((suffix) => `/svc_status${suffix}`);
const PROBES = ["/probe_status", "/livez", "/readyz", "/startupz"];
const PAGE = "/svc_status.html";

interface Flapping {
  readonly clock: FakeClock;
  readonly registry: StatusRegistry;
  /** Sets another state and another detail. */
  flap(turn: number): void;
}

function createFlapping(): Flapping {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  const job = new StateHandler();
  registry.addStatusHandler("Job", job);
  return {
    clock,
    registry,
    flap: (turn) => job.setState(turn % 2 === 0 ? "RED" : "OK", { detail: createBulk(turn) }),
  };
}

/** Asks for each of these paths. Returns how long the answers were together. */
function createAsk(registry: StatusRegistry, paths: readonly string[]): () => Promise<number> {
  const service = createStatusService({
    registry,
    probe: createProbe(),
    healthProbes: true,
    svcStatus: { details: "always", prometheus: { extended: true } },
  });
  return async function askForEach() {
    const answers = await Promise.all(paths.map((target) => service(createStatusRequest({ target }))));
    return answers.reduce((length, answer) => length + (answer?.body.length ?? 0), 0);
  };
}

/** Opens the page's events, and reads whatever comes. */
async function openEvents(registry: StatusRegistry, clock: FakeClock): Promise<{ readonly pieces: number }> {
  const answer = createPageEvents({ ...createPageSetup(registry), clock });
  const { stream } = await answer(FULL_VIEW, () => registry.getReport());
  return readAll(stream);
}

function readAll(open: StatusResponse["stream"]): { readonly pieces: number } {
  const stream = open?.(() => {}) ?? expect.unreachable("no stream");
  onTestFinished(stream.cancel);
  const read = { pieces: 0 };
  void (async () => {
    while ((await stream.next()) !== undefined) read.pieces += 1;
  })();
  return read;
}

describe("a change is forgotten", { timeout: 60_000 }, () => {
  test("by the registry, its history and its reports", async () => {
    const { registry, flap } = createFlapping();
    const bytes = await measureGrowth(TURNS, (turn) => {
      flap(turn);
      return registry.getReport();
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(registry.history("Job")).toHaveLength(100);
  });

  test("by every format and the probes", async () => {
    const { registry, flap } = createFlapping();
    const ask = createAsk(registry, [...TEXTS, ...PROBES]);
    const bytes = await measureGrowth(TURNS, (turn) => {
      flap(turn);
      return ask();
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(await ask()).toBeGreaterThan(500);
  });

  test("by the page", async () => {
    const { registry, flap } = createFlapping();
    const ask = createAsk(registry, [PAGE]);
    const bytes = await measureGrowth(TURNS, (turn) => {
      flap(turn);
      return ask();
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(await ask()).toBeGreaterThan(30_000);
  });

  test("by the page's events", async () => {
    const { clock, registry, flap } = createFlapping();
    const read = await openEvents(registry, clock);
    const bytes = await measureGrowth(TURNS, (turn) => {
      flap(turn);
      return clock.advance(PAGE_MIN_GAP_MS);
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(read.pieces).toBeGreaterThan(TURNS);
  });

  test("by changes(), whether it is read or not", async () => {
    const { registry, flap } = createFlapping();
    const ending = new AbortController();
    const [reader, sleeper] = [0, 1].map(() =>
      registry.changes({ signal: ending.signal })[Symbol.asyncIterator](),
    );
    let heard = 0;
    const bytes = await measureGrowth(MAX_QUEUED_CHANGES + TURNS, async (turn) => {
      flap(turn);
      heard += (await reader?.next())?.done === false ? 1 : 0;
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(heard).toBeGreaterThan(MAX_QUEUED_CHANGES);
    expect((await sleeper?.next())?.value).toMatchObject({ missed: heard - MAX_QUEUED_CHANGES });
    ending.abort();
  });

  test("by the metrics of the application's own register", async () => {
    const { clock, registry, flap } = createFlapping();
    const collect = createCollector({ registry, probe: createProbe(), clock });
    const bytes = await measureGrowth(TURNS, (turn) => {
      flap(turn);
      return collect();
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect((await collect()).entries).toHaveLength(1);
  });

  test.each<[string, Send, NotifyCommonOptions]>([
    ["that are delivered", () => {}, {}],
    ["that are reminded of", () => {}, { repeatMs: 1_000 }],
    ["that fail", () => Promise.reject(new Error("refused")), {}],
    ["that are never answered", () => new Promise(() => {}), {}],
  ])("by notifications %s", async (_, send, options) => {
    const { clock, registry, flap } = createFlapping();
    let sent = 0;
    const notifier = notify(registry, {
      ...options,
      clock,
      send(notification, context) {
        sent += 1;
        return send(notification, context);
      },
    });
    onTestFinished(notifier.close);
    const bytes = await measureGrowth(TURNS, (turn) => {
      flap(turn);
      return clock.advance(700 + 100 * (turn % 10));
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(sent).toBeGreaterThan(10);
  });
});

describe("a call is forgotten", { timeout: 60_000 }, () => {
  test.each<[string, (bulk: string) => Promise<never>]>([
    ["that never settles", (bulk) => Object.assign(new Promise<never>(() => {}), { bulk })],
    ["that rejects", (bulk) => Promise.reject(Object.assign(new Error("failed"), { bulk }))],
  ])("%s", async (_, fail) => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    let calls = 0;
    const handler = (): Promise<never> => {
      calls += 1;
      return fail(createBulk(calls));
    };
    registry.addStatusHandler("Asked", handler);
    registry.addStatusHandler("Background", handler, { intervalMs: 20_000 });
    onTestFinished(registry.close);
    const bytes = await measureGrowth(TURNS, async () => {
      const asked = registry.getReport();
      await clock.advance(MAX_HUNG_BACKOFF_MS);
      await asked;
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(calls).toBeGreaterThan(2 * TURNS);
  });
});

describe("a handler that is removed is forgotten", { timeout: 60_000 }, () => {
  function createChurn() {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const options = { intervalMs: 10_000, timeoutMs: 1_000, dependsOn: ["Database"] };
    return {
      clock,
      registry,
      add: (turn: number) =>
        registry.addStatusHandler(
          `Job ${turn}`,
          async () => ({ state: "YELLOW", detail: createBulk(turn) }),
          options,
        ),
      remove: (turn: number) => registry.removeStatusHandler(`Job ${turn}`),
    };
  }

  test("by the registry and everything that is served", async () => {
    const { clock, registry, add, remove } = createChurn();
    const ask = createAsk(registry, [...TEXTS, ...PROBES, PAGE]);
    const bytes = await measureGrowth(TURNS, async (turn) => {
      add(turn);
      await ask();
      remove(turn);
      await clock.advance(PAST_TIMERS_MS);
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(registry.names).toEqual([]);
  });

  test("by the page's events, metrics and notifications", async () => {
    const { clock, registry, add, remove } = createChurn();
    const read = await openEvents(registry, clock);
    const collect = createCollector({ registry, probe: createProbe(), clock });
    const notifier = notify(registry, { send: () => {}, repeatMs: 1_000, clock });
    onTestFinished(notifier.close);
    const bytes = await measureGrowth(TURNS, async (turn) => {
      add(turn);
      await collect();
      await clock.advance(2_000);
      remove(turn);
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(read.pieces).toBeGreaterThan(TURNS);
    expect((await collect()).entries).toEqual([]);
  });
});

describe("the sentinel's thread forgets", { timeout: 60_000 }, () => {
  const PUBLISH_MS = 1_000;

  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  /** What is published goes over as it does between threads. */
  function createPublished(registry: StatusRegistry) {
    const replica = createReplica({
      logger: console,
      getOwn: () => ({ always: [], whenOld: [], isOld: false }),
      getReportedAt: () => 0,
    });
    const publisher = startPublishing({
      registry,
      publishMs: PUBLISH_MS,
      send: (message) => take(replica, structuredClone(message)),
      onRound: () => {},
    });
    onTestFinished(publisher.stop);
    return {
      replica,
      async publish() {
        publisher.flush();
        await vi.advanceTimersByTimeAsync(PUBLISH_MS);
      },
    };
  }

  function take(
    replica: Replica,
    message: Parameters<Parameters<typeof startPublishing>[0]["send"]>[0],
  ): void {
    if (message.kind === "report") replica.applyReport(message);
    else if (message.kind === "news") message.news.forEach(replica.applyNews);
  }

  test("a change", async () => {
    const { clock, registry, flap } = createFlapping();
    const { replica, publish } = createPublished(registry);
    const ask = createAsk(replica.registry, [...TEXTS, ...PROBES, PAGE]);
    const read = await openEvents(replica.registry, clock);
    const bytes = await measureGrowth(TURNS, async (turn) => {
      flap(turn);
      await publish();
      await clock.advance(PAGE_MIN_GAP_MS);
      await ask();
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(replica.registry.history("Job")).toHaveLength(100);
    expect(read.pieces).toBeGreaterThan(TURNS);
  });

  test("a handler that is removed", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const { replica, publish } = createPublished(registry);
    const ask = createAsk(replica.registry, [...TEXTS, ...PROBES, PAGE]);
    const bytes = await measureGrowth(TURNS, async (turn) => {
      registry.addStatusHandler(`Job ${turn}`, () => ({ state: "YELLOW", detail: createBulk(turn) }));
      await publish();
      await ask();
      registry.removeStatusHandler(`Job ${turn}`);
      await clock.advance(PAST_TIMERS_MS);
    });
    expect(bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(replica.registry.names.length).toBeLessThanOrEqual(1);
  });
});

import { createServer, IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import type { Consumer } from "../../src/drain/consumers/consumer.ts";
import { createDrain, type Drain } from "../../src/drain/drain.ts";
import type { DrainReport } from "../../src/drain/report.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";

const WORLDS = process.env["CI"] ? 2_000 : 150;
/** The same worlds in every run: a change is judged by its own effect, not by chance. */
const SEED = 1;

const DEADLINE_MS = 3_000;
/** Later events find a drain that has ended. */
const LAST_EVENT_MS = DEADLINE_MS + 1_000;
/** Time for timers of the test itself. */
const REST_MS = 10_000;

const HOW = ["resolves", "rejects", "throws", "hangs"] as const;

/** How a function of the application ends, and after which time. */
interface Behavior {
  readonly how: (typeof HOW)[number];
  readonly afterMs: number;
}

interface HookPair {
  readonly onLeave: Behavior;
  readonly onClose: Behavior;
}

interface ConsumerSetup {
  readonly stop: Behavior;
  readonly finish: Behavior;
}

/** What happens in the life of a process, in this order if the times are equal. */
type Happening =
  | { readonly kind: "signal" }
  | { readonly kind: "add"; readonly pair: HookPair }
  | { readonly kind: "remove"; readonly which: number }
  | { readonly kind: "open"; readonly isEndless: boolean; readonly leavesAfterMs: number | undefined }
  | { readonly kind: "gone"; readonly which: number }
  | { readonly kind: "connect" };

interface World {
  readonly fixedMs: number;
  readonly spreadMs: number;
  readonly consumers: readonly ConsumerSetup[];
  readonly pairs: readonly HookPair[];
  readonly happenings: readonly { readonly at: number; readonly happening: Happening }[];
}

const anyTime = fc.integer({ min: 0, max: LAST_EVENT_MS });
const behavior: fc.Arbitrary<Behavior> = fc.record({
  how: fc.constantFrom(...HOW),
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: LAST_EVENT_MS })),
});
const pair: fc.Arbitrary<HookPair> = fc.record({ onLeave: behavior, onClose: behavior });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant("signal" as const) }),
  fc.record({ kind: fc.constant("add" as const), pair }),
  fc.record({ kind: fc.constant("remove" as const), which: fc.nat(9) }),
  fc.record({
    kind: fc.constant("open" as const),
    isEndless: fc.boolean(),
    leavesAfterMs: fc.option(fc.integer({ min: 0, max: 1_500 }), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant("gone" as const), which: fc.nat(9) }),
  fc.record({ kind: fc.constant("connect" as const) }),
);
const world: fc.Arbitrary<World> = fc.record({
  fixedMs: fc.integer({ min: 0, max: 1_000 }),
  spreadMs: fc.integer({ min: 0, max: 1_500 }),
  consumers: fc.array(fc.record({ stop: behavior, finish: behavior }), { maxLength: 3 }),
  pairs: fc.array(pair, { maxLength: 3 }),
  happenings: fc.array(fc.record({ at: anyTime, happening }), { maxLength: 20 }),
});

/** A function of the application that counts its calls. */
function createCounted({ how, afterMs }: Behavior, clock: FakeClock) {
  const counted = {
    calls: 0,
    run(): Promise<void> {
      counted.calls += 1;
      if (how === "throws") throw new Error("thrown");
      return new Promise((resolve, reject) => {
        if (how !== "hangs")
          clock.startTimer(afterMs, how === "resolves" ? resolve : () => reject(new Error("rejected")));
      });
    },
  };
  return counted;
}

function createConsumer({ stop, finish }: ConsumerSetup, clock: FakeClock) {
  const counted = { stop: createCounted(stop, clock), finish: createCounted(finish, clock) };
  const consumer: Consumer = { name: "queue", stop: counted.stop.run, finish: counted.finish.run };
  return { ...counted, consumer };
}

/** Adds hooks that count their calls. */
function addPair(drain: Drain, { onLeave, onClose }: HookPair, clock: FakeClock) {
  const leave = createCounted(onLeave, clock);
  const close = createCounted(onClose, clock);
  const remove = drain.add({ onLeave: leave.run, onClose: close.run });
  return { leave, close, remove, isRemoved: false };
}

interface Opening {
  readonly isEndless: boolean;
  /** How long the client needs to close its connection after the end; `undefined`: it never does. */
  readonly leavesAfterMs: number | undefined;
}

/** A request whose response does not end by itself, over a connection without a network. */
function openResponse(server: Server, { isEndless, leavesAfterMs }: Opening, clock: FakeClock) {
  const socket = new PassThrough().resume() as PassThrough & Socket;
  const request = Object.assign(new IncomingMessage(socket), { url: "/", httpVersionMajor: 1 });
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  const end = response.end.bind(response) as (...args: readonly unknown[]) => ServerResponse;
  const opened = { isEndless, socket, ends: 0 };
  function countEnd(...args: readonly unknown[]): ServerResponse {
    opened.ends += 1;
    if (leavesAfterMs !== undefined) clock.startTimer(leavesAfterMs, () => socket.destroy());
    return end(...args);
  }
  // The drain replaces `end`. Here, its own further calls would be counted.
  Object.defineProperty(response, "end", { get: () => countEnd, set: () => {} });
  server.emit("request", request, response);
  response.writeHead(200, { "Content-Type": isEndless ? "text/event-stream" : "text/plain" });
  return opened;
}

/** A client of a WebSocket server, such as that of `ws`. */
function createClient() {
  const client = {
    closes: 0,
    close() {
      client.closes += 1;
    },
    terminate() {},
  };
  return client;
}

async function live({ fixedMs, spreadMs, consumers, pairs, happenings }: World) {
  const clock = createFakeClock();
  const clients = new Set<ReturnType<typeof createClient>>();
  const working = consumers.map((setup) => createConsumer(setup, clock));
  // Nothing listens, but the drain closes it as if it did.
  const server = Object.defineProperty(createServer(), "listening", { value: true });
  let closes = 0;
  server.close = (done) => {
    closes += 1;
    done?.();
    return server;
  };
  const drain = createDrain(server, {
    probe: createProbe(),
    clock,
    deadlineMs: DEADLINE_MS,
    fixedMs,
    streams: { spreadMs },
    websockets: { clients },
    consumers: working.map(({ consumer }) => consumer),
  });
  const added = pairs.map((hooks) => addPair(drain, hooks, clock));
  const known = [...added];
  const opened: ReturnType<typeof openResponse>[] = [];
  const connected: ReturnType<typeof createClient>[] = [];
  const reports: DrainReport[] = [];
  let isStarted = false;

  function signal(): void {
    if (!isStarted) known.push(...added.filter((hooks) => !known.includes(hooks)));
    isStarted = true;
    void drain.start("SIGTERM").then((report) => {
      reports.push(report);
    });
  }

  const HAPPEN: { readonly [Kind in Happening["kind"]]: (what: Happening & { kind: Kind }) => void } = {
    signal,
    add: (what) => void added.push(addPair(drain, what.pair, clock)),
    remove({ which }) {
      const hooks = added[which];
      hooks?.remove();
      if (hooks !== undefined) hooks.isRemoved = true;
    },
    open: (what) => {
      // Nobody can connect afterwards.
      if (closes === 0) opened.push(openResponse(server, what, clock));
    },
    gone: ({ which }) => void opened[which]?.socket.destroy(),
    connect() {
      if (closes > 0) return;
      const client = createClient();
      connected.push(client);
      clients.add(client);
    },
  };

  let signals = 0;
  for (const { at, happening: what } of happenings.toSorted((one, other) => one.at - other.at)) {
    await clock.advance(at - clock.monotonicNow());
    if (what.kind === "signal") signals += 1;
    (HAPPEN[what.kind] as (happens: Happening) => void)(what);
  }
  signal();
  await clock.advance(DEADLINE_MS);
  const openAtEnd = opened.filter(({ socket }) => !socket.destroyed).length;
  await clock.advance(REST_MS);
  return {
    clock,
    added,
    known,
    working,
    opened,
    openAtEnd,
    connected,
    reports,
    signals: signals + 1,
    closes,
  };
}

test("whatever is registered is ended exactly once, in any order of signal, close, error and deadline", async () => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const lived = await live(one);
      const { reports, signals, closes, working, known, added, opened, openAtEnd, connected, clock } = lived;
      const [report] = reports;

      // One drain, however many signals, and it ends in time.
      expect(reports).toHaveLength(signals);
      expect(new Set(reports).size).toBe(1);
      expect(report?.totalMs).toBeLessThanOrEqual(DEADLINE_MS);
      expect(closes).toBe(1);

      for (const { stop, finish } of working) {
        expect(stop.calls).toBe(1);
        expect(finish.calls).toBeLessThanOrEqual(1);
      }
      expect(report?.consumers).toHaveLength(working.length);

      for (const { leave, close, isRemoved } of added) {
        expect(leave.calls).toBeLessThanOrEqual(1);
        expect(close.calls).toBeLessThanOrEqual(1);
        if (!isRemoved) expect(leave.calls).toBe(1);
      }
      // An `onClose` that did not run is reported, because another one has taken all the time.
      const isOverdue = report?.hookFailures.some(
        ({ phase, message }) => phase === "onClose" && /not finished|was not called/.test(message),
      );
      const uncalled = known.filter(({ close, isRemoved }) => !isRemoved && close.calls === 0);
      if (!isOverdue) expect(uncalled).toHaveLength(0);

      for (const { ends, isEndless } of opened) expect(ends).toBeLessThanOrEqual(isEndless ? 1 : 0);
      expect(openAtEnd).toBe(0);
      for (const { closes: ends } of connected) expect(ends).toBeLessThanOrEqual(1);
      const ended = opened.filter(({ ends }) => ends > 0).length;
      expect(report).toMatchObject({
        streamsEnded: ended,
        socketsClosed: connected.filter(({ closes: ends }) => ends > 0).length,
      });
      expect(clock.pendingTimers).toBe(0);
    }),
    { seed: SEED, numRuns: WORLDS },
  );
}, 60_000);

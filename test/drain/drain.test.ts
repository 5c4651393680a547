import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { createDrain } from "../../src/drain/drain.ts";
import type { DrainContext } from "../../src/drain/hooks.ts";
import type { DrainOptions } from "../../src/drain/options.ts";
import type { DrainReport } from "../../src/drain/report.ts";
import { markOwn } from "../../src/http/own-requests.ts";
import { createAsk } from "../../src/testing/ask.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { emitRequest, finishResponse } from "../support/fake-request.ts";
import { createRecordingLogger } from "../support/registry.ts";

/** Requests that come through the balancer end when it has left, and others never. */
type Kind = "balanced" | "answered by a view" | "never stops";

/** A service whose balancer, traffic and time are moved by the test. Nothing listens. */
function createSubject(options: DrainOptions = {}) {
  const clock = createFakeClock();
  const probe = createProbe();
  const logger = createRecordingLogger();
  const server = createServer();
  const drain = createDrain(server, { probe, clock, logger, ...options });
  const ask = createAsk({ probe, healthProbes: { exclude: true }, probeStatus: { control: "open" } });
  let isBalancing = true;

  /** Somebody who asks again and again, from now on. */
  function probeEvery(intervalMs: number, target = "/probe_status", userAgent = ""): void {
    void ask(target, { remoteAddress: "10.0.0.1", headers: { "user-agent": userAgent } });
    clock.startTimer(intervalMs, () => probeEvery(intervalMs, target, userAgent));
  }

  const request = (target?: string): ServerResponse => emitRequest(server, target);
  const answer = finishResponse;

  /** A balancer's clients, who ask until it has stopped sending them here. */
  function requestEvery(intervalMs: number, target = "/", kind: Kind = "balanced"): void {
    if (isBalancing || kind !== "balanced") {
      const response = request(target);
      if (kind === "answered by a view") markOwn(response.req);
      answer(response);
    }
    clock.startTimer(intervalMs, () => requestEvery(intervalMs, target, kind));
  }

  /** Begins, lets the time pass until the end, and gives the report. */
  async function run(maxMs = 40_000): Promise<DrainReport> {
    let report: DrainReport | undefined;
    void drain.start("SIGTERM").then((ended) => {
      report = ended;
    });
    // Turns of the event loop without time, in which a server accepts its last connections.
    for (let turn = 0; turn < 5; turn += 1) await clock.advance(0);
    for (let passedMs = 0; report === undefined && passedMs < maxMs; passedMs += 50) await clock.advance(50);
    return report ?? expect.unreachable(`still draining after ${maxMs} ms`);
  }

  return {
    clock,
    probe,
    logger,
    server,
    drain,
    ask,
    probeEvery,
    request,
    answer,
    requestEvery,
    setBalancing(newIsBalancing: boolean) {
      isBalancing = newIsBalancing;
    },
    run,
  };
}

/** A subject with a minute of traffic, and a balancer that leaves at the third refusal. */
async function createBusySubject(options: DrainOptions = {}) {
  const subject = createSubject(options);
  subject.probeEvery(500);
  subject.requestEvery(20);
  await subject.clock.advance(60_000);
  let cancelLeave: (() => void) | undefined;
  const stopBalancing = subject.probe.on("change", ({ commissioned }) => {
    if (commissioned) {
      cancelLeave?.();
      cancelLeave = undefined;
      subject.setBalancing(true);
    } else {
      cancelLeave ??= subject.clock.startTimer(1_500, () => subject.setBalancing(false));
    }
  });
  return { ...subject, stopBalancing };
}

describe("a drain of a busy service", () => {
  test("ends a second after the balancer has left", async () => {
    const { run, logger } = await createBusySubject();
    const report = await run();
    expect(report).toMatchObject({
      reason: "SIGTERM",
      endedBy: "evidence",
      requestsCut: 0,
      hookFailures: [],
      probers: [{ id: "10.0.0.1 ", label: "10.0.0.1", intervalMs: 500, refusedWith: 503 }],
    });
    expect(report.waitMs).toBeGreaterThanOrEqual(2_450);
    expect(report.waitMs).toBeLessThanOrEqual(2_600);
    expect(report.lastRequestMs).toBeGreaterThanOrEqual(1_000);
    expect(report.probers[0]?.refusals).toBeGreaterThanOrEqual(3);
    expect(logger.lines.at(-1)).toMatch(
      /^info: SVC020 drained in 2\.\d s: 10\.0\.0\.1 saw 503 \d×, last request 1\.0 s before close, 0 requests cut$/,
    );
  });

  test("says at once that it has begun", async () => {
    const { drain, logger, probe } = await createBusySubject();
    void drain.start("SIGTERM");
    expect(probe.commissioned).toBe(false);
    expect(logger.lines.at(-1)).toBe(
      "info: SVC018 SIGTERM: decommissioned, waiting for the load balancers to leave",
    );
  });

  test("goes on while requests come, up to the cap", async () => {
    const { run, stopBalancing } = await createBusySubject({ capMs: 8_000 });
    stopBalancing();
    expect(await run()).toMatchObject({ endedBy: "cap", waitMs: 8_000 });
  });

  test("counts the requests that came after the decommissioning and were answered", async () => {
    const { run, request, answer, clock, setBalancing } = await createBusySubject();
    setBalancing(false);
    const early = request();
    clock.startTimer(100, () => {
      answer(request());
      const own = request("/probe_status");
      markOwn(own.req);
      answer(own);
      answer(early);
      request().emit("close");
      request();
    });
    expect(await run()).toMatchObject({ requestsServed: 1 });
  });

  test("counts requests that are not answered yet", async () => {
    const { run, request, clock } = await createBusySubject();
    const held: ServerResponse[] = [];
    clock.startTimer(2_000, () => void held.push(request()));
    const { waitMs, lastRequestMs } = await run();
    expect(held).toHaveLength(1);
    expect(waitMs).toBeGreaterThanOrEqual(3_000);
    expect(lastRequestMs).toBeGreaterThanOrEqual(1_000);
  });

  test("does not take requests that a view answers for traffic, wherever it is mounted", async () => {
    const { run, requestEvery, clock } = await createBusySubject();
    for (const target of [
      "/probe_status",
      "/svc_status.json?name=A",
      "/internal/readyz",
      "/internal/livez/probe",
    ])
      clock.startTimer(0, () => requestEvery(300, target, "answered by a view"));
    expect(await run()).toMatchObject({ endedBy: "evidence" });
  });

  test("takes requests of the application for traffic, whatever their paths look like", async () => {
    const { run, requestEvery, clock } = await createBusySubject({ capMs: 8_000 });
    clock.startTimer(0, () => requestEvery(300, "/orders/svc_status", "never stops"));
    expect(await run()).toMatchObject({ endedBy: "cap" });
  });

  test("waits for a readiness probe as for any prober", async () => {
    const { run, probeEvery, clock } = await createBusySubject();
    probeEvery(2_000, "/readyz", "kube-probe/1.31");
    await clock.advance(10_000);
    const { probers, waitMs } = await run();
    expect(waitMs).toBeGreaterThan(4_000);
    expect(probers.find(({ label }) => label === "kube-probe")).toMatchObject({
      intervalMs: 2_000,
      refusals: 3,
      refusedWith: 503,
    });
  });

  test.each([
    ["who asks for liveness", "/livez"],
    ["who asks for one handler only", "/readyz/probes"],
    ["who leaves the probe out", "/readyz?exclude=probe"],
    ["who reads the report", "/svc_status"],
  ])("does not wait for somebody %s", async (_, target) => {
    const { run, probeEvery, clock } = await createBusySubject();
    probeEvery(2_000, target, "other");
    await clock.advance(10_000);
    const report = await run();
    expect(report).toMatchObject({ endedBy: "evidence", probers: [{ label: "10.0.0.1" }] });
    expect(report.waitMs).toBeLessThan(3_000);
  });

  test("waits for somebody who asks for the probe alone", async () => {
    const { run, probeEvery, clock } = await createBusySubject();
    probeEvery(2_000, "/readyz/probe", "other");
    await clock.advance(10_000);
    expect(await run()).toMatchObject({
      endedBy: "evidence",
      probers: [{}, { label: "other", refusals: 3 }],
    });
  });

  test("does not wait for a monitor that proberId leaves out", async () => {
    const { run, probeEvery, clock } = await createBusySubject({
      proberId: (request) => (request.header("user-agent") === "monitor" ? undefined : "balancer"),
    });
    probeEvery(15_000, "/probe_status", "monitor");
    await clock.advance(30_000);
    expect(await run()).toMatchObject({ endedBy: "evidence", probers: [{ id: "balancer" }] });
  });
});

describe("strangers", () => {
  /** A minute of sparse traffic, and a balancer without a `User-Agent`, which asks each two seconds. */
  async function createSparseSubject() {
    const subject = createSubject();
    subject.probeEvery(2_000);
    subject.requestEvery(3_000);
    await subject.clock.advance(60_500);
    return subject;
  }

  test("do not evict the balancer by asking under ever new names", async () => {
    const { run, ask, probeEvery, clock } = createSubject();
    probeEvery(4_500);
    await clock.advance(60_500);
    for (let index = 0; index < 1_500; index += 1)
      await ask("/probe_status", { headers: { "user-agent": `spoof-${index}` } });
    const { probers, waitMs } = await run();
    expect(waitMs).toBeGreaterThanOrEqual(3 * 4_500 - 2_000);
    expect(probers).toContainEqual(expect.objectContaining({ id: "10.0.0.1 ", refusals: 4 }));
  });

  test.each([
    ["from the decommissioning on", 0],
    ["long before too", 30_000],
  ])("do not make the balancer's checks faster than they are, through its front, %s", async (_, beforeMs) => {
    const { run, probeEvery, clock } = await createSparseSubject();
    clock.startTimer(60_000 - beforeMs, () => probeEvery(100));
    await clock.advance(60_000);
    const { waitMs, probers } = await run();
    expect(waitMs).toBeGreaterThanOrEqual(6_000);
    expect(probers[0]?.intervalMs).toBeGreaterThanOrEqual(2_000);
  });

  test("do not turn the fallback into evidence", async () => {
    const { run, ask, request, answer, clock } = createSubject();
    await ask("/probe_status");
    await clock.advance(300);
    await ask("/probe_status");
    for (let count = 0; count < 30; count += 1) answer(request());
    clock.startTimer(200, () => void ask("/probe_status"));
    clock.startTimer(400, () => void ask("/probe_status"));
    clock.startTimer(600, () => void ask("/probe_status"));
    expect((await run()).waitMs).toBeGreaterThanOrEqual(5_000);
  });
});

describe("a drain without proof", () => {
  test("waits for fallbackMs, where nobody asked, and says so", async () => {
    const { run, logger } = createSubject();
    expect(await run()).toEqual({
      reason: "SIGTERM",
      ok: true,
      endedBy: "fallback",
      waitMs: 5_000,
      closeMs: 0,
      hooksMs: 0,
      totalMs: 5_000,
      probers: [],
      redsSeen: 3,
      requestsServed: 0,
      requestsCut: 0,
      streamsEnded: 0,
      socketsClosed: 0,
      consumers: [],
      hookFailures: [],
    });
    expect(logger.lines.at(-1)).toBe(
      "info: SVC020 drained in 5.0 s: no probers seen, no requests seen, 0 requests cut, " +
        "too little traffic to judge; waited the default 5 s",
    );
  });

  test("waits for known probers too, where the traffic is sparse", async () => {
    const { run, probeEvery, requestEvery, clock } = createSubject();
    probeEvery(2_000);
    requestEvery(3_000);
    await clock.advance(60_000);
    const report = await run();
    expect(report.endedBy).toBe("fallback");
    expect(report.waitMs).toBeGreaterThan(5_000);
    expect(report.waitMs).toBeLessThanOrEqual(7_050);
    expect(report.probers).toMatchObject([{ refusals: 3 }]);
  });

  test("does not wait for a colleague with curl", async () => {
    const { run, ask } = createSubject();
    await ask("/probe_status", { headers: { "user-agent": "curl/8" } });
    expect(await run()).toMatchObject({ endedBy: "fallback", waitMs: 5_000, probers: [{ refusals: 0 }] });
  });
});

describe("a drain with a fixed wait", () => {
  test("waits so long and looks at nothing", async () => {
    const { run } = await createBusySubject({ fixedMs: 700 });
    expect(await run()).toMatchObject({ endedBy: "fixed", waitMs: 700 });
  });

  test("may not wait at all", async () => {
    const { run } = await createBusySubject({ fixedMs: 0 });
    expect(await run()).toMatchObject({ endedBy: "fixed", waitMs: 0 });
  });
});

describe("the deadline of a drain", () => {
  test("ends the wait early enough to close and to call the hooks", async () => {
    const onClose = [() => new Promise(() => {})];
    const { run } = await createBusySubject({ fixedMs: 25_000, deadlineMs: 12_000, onClose });
    expect(await run()).toMatchObject({
      endedBy: "deadline",
      waitMs: 8_000, // a sixth is kept for closing, and one for the hooks
      hooksMs: 4_000,
      totalMs: 12_000,
      hookFailures: [{ phase: "onClose", index: 0, message: "not finished after 4000 ms" }],
    });
  });

  test("keeps nothing for hooks that are not there", async () => {
    const { run } = await createBusySubject({ fixedMs: 25_000, deadlineMs: 12_000 });
    expect(await run()).toMatchObject({ endedBy: "deadline", waitMs: 10_000 });
  });

  test("is no reason not to wait, however short it is", async () => {
    const { run } = createSubject({ fallbackMs: 600, deadlineMs: 1_200, onClose: [() => {}] });
    expect(await run()).toMatchObject({ endedBy: "fallback", waitMs: 600 });
  });

  test("leaves the longest wait of the defaults as it is", async () => {
    const { run, stopBalancing } = await createBusySubject({ onClose: [() => {}] });
    stopBalancing();
    expect(await run()).toMatchObject({ endedBy: "cap", waitMs: 18_000 });
  });
});

describe("a service that was decommissioned by hand", () => {
  test("leaves at once when the balancers had left before the signal", async () => {
    const { run, ask, clock } = await createBusySubject();
    await ask("/probe_status?body=maintenance", { method: "POST" });
    await clock.advance(60_000);
    expect(await run()).toMatchObject({ endedBy: "evidence", waitMs: 0 });
  });

  test("keeps its text", async () => {
    const { run, probe, clock } = await createBusySubject();
    probe.decommission("maintenance");
    await clock.advance(200);
    await run();
    expect(probe.body).toBe("maintenance");
  });

  test("may change its text meanwhile: what was seen counts on", async () => {
    const { run, probe, clock } = await createBusySubject();
    probe.decommission("one");
    await clock.advance(1_200);
    probe.decommission("two");
    await clock.advance(1_200);
    expect((await run()).waitMs).toBeLessThan(300);
  });

  test("begins anew when it was commissioned again before the signal", async () => {
    const { run, probe, clock } = await createBusySubject();
    probe.decommission();
    await clock.advance(1_400);
    probe.commission();
    await clock.advance(10_000);
    const { waitMs, probers } = await run();
    expect(waitMs).toBeGreaterThan(2_000);
    expect(probers[0]?.refusals).toBeLessThan(7);
  });

  test("stays as it is when a listener takes the commissioning back at once", async () => {
    const clock = createFakeClock();
    const probe = createProbe();
    probe.on("change", ({ commissioned }) => {
      if (commissioned) probe.decommission();
    });
    const drain = createDrain(createServer(), { clock, probe });
    probe.decommission();
    await clock.advance(4_900);
    probe.commission();
    const report = drain.start();
    await clock.advance(100);
    expect(await report).toMatchObject({ endedBy: "fallback", waitMs: 100 });
  });

  test("counts from its start when it was never commissioned", async () => {
    const clock = createFakeClock();
    const probe = createProbe({ body: "STARTING" });
    const drain = createDrain(createServer(), { clock, probe });
    await clock.advance(4_900);
    const report = drain.start();
    await clock.advance(100);
    expect(await report).toMatchObject({ endedBy: "fallback", waitMs: 100, reason: "start" });
  });
});

describe("a service that is commissioned while it drains", () => {
  test("is decommissioned again, for its listeners too, and the wait begins anew", async () => {
    const { run, clock, probe, logger } = createSubject();
    const bodies: string[] = [];
    probe.on("change", ({ body }) => void bodies.push(body));
    clock.startTimer(3_000, () => probe.commission());
    expect(await run()).toMatchObject({ waitMs: 8_000 });
    expect(probe.commissioned).toBe(false);
    expect(bodies).toEqual(["OFF", "OK", "OFF"]);
    expect(logger.lines).toContain(
      "warn: SVC021 commissioned while draining: decommissioned again, because the process is about to exit",
    );
  });
});

describe("a drain", () => {
  test("that is started twice is one drain, with one report", async () => {
    const calls: string[] = [];
    const onClose = [() => void calls.push("hook")];
    const { drain, clock } = createSubject({ fixedMs: 100, onClose });
    const first = drain.start("one");
    expect(drain.start("two")).toBe(first);
    await clock.advance(100);
    expect(await first).toMatchObject({ reason: "one" });
    expect(drain.start()).toBe(first);
    expect(calls).toEqual(["hook"]);
  });

  test("leaves no timer and no listener behind", async () => {
    const { run, clock, server, probe, ask } = createSubject({ fixedMs: 100 });
    const { probers } = await run();
    expect(clock.pendingTimers).toBe(0);
    expect(server.eventNames().filter((event) => server.listenerCount(event) > 0)).toEqual(
      createServer()
        .eventNames()
        .filter((event) => createServer().listenerCount(event) > 0),
    );
    probe.commission();
    expect(probe.commissioned).toBe(true);
    await ask("/probe_status");
    expect(probers).toEqual([]);
  });

  test("that is disposed of watches no more, and can be started all the same", async () => {
    const { drain, probeEvery, requestEvery, clock, run } = createSubject();
    drain.dispose();
    probeEvery(500);
    requestEvery(20);
    await clock.advance(10_000);
    expect(await run()).toMatchObject({ endedBy: "fallback", probers: [] });
  });

  test("that has begun is not stopped by dispose()", async () => {
    const { drain, probeEvery, clock } = createSubject({ fixedMs: 2_000 });
    probeEvery(500);
    const report = drain.start();
    drain.dispose();
    await clock.advance(2_000);
    expect((await report).probers).toMatchObject([{ refusals: 4 }]);
  });

  test("does not mind a logger that throws", async () => {
    const fail = () => {
      throw new Error("disk full");
    };
    const { run } = createSubject({ fixedMs: 0, logger: { info: fail, warn: fail, error: fail } });
    expect(await run()).toMatchObject({ endedBy: "fixed" });
  });

  test("calls the hooks after the servers are closed", async () => {
    const order: string[] = [];
    const { run, server } = createSubject({ fixedMs: 0, onClose: [() => void order.push("hook")] });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    server.on("close", () => void order.push("closed"));
    await run();
    expect(order).toEqual(["closed", "hook"]);
  });
});

describe("the query string of a probe", () => {
  test.each([
    ["/readyz?exclude=Database", true, [{ refusedWith: 503 }]],
    ["/readyz?verbose&exclude=Database&exclude=nix", true, [{ refusedWith: 503 }]],
    ["/readyz/probe?verbose", true, [{ refusedWith: 503 }]],
    // Their answer does not say whether the instance leaves.
    ["/readyz?exclude=probe", true, []],
    ["/readyz/Database", true, []],
    ["/livez?verbose", true, []],
    // By default, nothing can be excluded.
    ["/readyz?exclude=probe", false, [{ refusedWith: 503 }]],
  ])(
    "%s with exclude: %s makes a prober only of a client that sees the probe",
    async (target, exclude, probers) => {
      const { drain, clock, probe } = createSubject({ fixedMs: 3_000 });
      const registry = createStatusRegistry();
      registry.addStatusHandler("Database", () => ({ state: "OK" }));
      const ask = createAsk({ registry, probe, healthProbes: { exclude } });
      const probeAgain = async (): Promise<void> => {
        await ask(target, { remoteAddress: "127.0.0.1" });
        clock.startTimer(500, probeAgain);
      };
      await probeAgain();
      await clock.advance(5_000);
      const report = drain.start();
      await clock.advance(3_000);
      expect((await report).probers).toMatchObject(probers);
    },
  );
});

describe("the hooks of a drain", () => {
  const hang = () => new Promise<never>(() => {});

  test("are told why, and until when", async () => {
    const contexts: DrainContext[] = [];
    const note = (context: DrainContext) => void contexts.push(context);
    const { run, clock } = createSubject({ fixedMs: 1_000, onLeave: [note], onClose: [note] });
    const deadlineAt = clock.now() + 28_000;
    await run();
    expect(contexts).toEqual([
      { reason: "SIGTERM", signal: expect.any(AbortSignal), deadlineAt },
      { reason: "SIGTERM", signal: expect.any(AbortSignal), deadlineAt },
    ]);
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    await clock.advance(60_000);
    expect(contexts[0]?.signal.aborted).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  test("begin with onLeave, all at once, and onClose comes when all have settled", async () => {
    const steps: string[] = [];
    let tellLeft = (): void => {};
    const { clock, drain, probe } = createSubject({
      fixedMs: 1_000,
      onLeave: [
        () =>
          new Promise<void>((resolve) => {
            tellLeft = resolve;
          }),
        () => void steps.push("begun"),
      ],
      onClose: [() => void steps.push("closed")],
    });
    clock.startTimer(3_000, () => {
      steps.push("left");
      tellLeft();
    });
    const ended = drain.start();
    await clock.advance(0);
    expect([probe.commissioned, steps]).toEqual([false, ["begun"]]);
    await clock.advance(2_999);
    expect(steps).toEqual(["begun"]);
    await clock.advance(1);
    expect(steps).toEqual(["begun", "left", "closed"]);
    expect(await ended).toMatchObject({ ok: true, waitMs: 1_000, hooksMs: 2_000 });
  });

  test("may be added and removed, and come after those of the options", async () => {
    const calls: string[] = [];
    const call = (name: string) => () => void calls.push(name);
    const options = { fixedMs: 1_000, onLeave: [call("leave 1")], onClose: [call("close 1")] };
    const { drain, clock, run } = createSubject(options);
    const remove = drain.add({ onLeave: call("removed"), onClose: call("removed") });
    drain.add({ onLeave: call("leave 2"), onClose: call("close 2") });
    remove();
    const removeLate = drain.add({ onClose: call("removed") });
    clock.startTimer(500, () => {
      removeLate();
      drain.add({ onLeave: call("leave 3"), onClose: call("close 3") });
    });
    expect(await run()).toMatchObject({ ok: true });
    expect(calls).toEqual(["leave 1", "leave 2", "leave 3", "close 1", "close 2", "close 3"]);
  });

  test("that are added keep their share of the time", async () => {
    const { drain, run } = createSubject({ fixedMs: 25_000, deadlineMs: 12_000 });
    drain.add({ onClose: () => {} });
    expect(await run()).toMatchObject({ endedBy: "deadline", waitMs: 8_000 });
  });

  test("that do not leave in time are overdue, and onClose is called all the same", async () => {
    const calls: string[] = [];
    const { run } = createSubject({ fixedMs: 0, deadlineMs: 12_000, onLeave: [hang, hang] });
    const { run: runBoth } = createSubject({
      fixedMs: 0,
      deadlineMs: 12_000,
      onLeave: [hang, () => Promise.reject(new Error("no broker"))],
      onClose: [() => void calls.push("closed")],
    });
    expect(await run()).toMatchObject({
      totalMs: 12_000,
      hookFailures: [
        { phase: "onLeave", index: 0, message: "not finished in time" },
        { phase: "onLeave", index: 1, message: "not finished in time" },
      ],
    });
    expect(await runBoth()).toMatchObject({
      ok: false,
      totalMs: 10_000,
      hookFailures: [
        { phase: "onLeave", index: 0, message: "not finished in time" },
        { phase: "onLeave", index: 1, message: "no broker" },
      ],
    });
    expect(calls).toEqual(["closed"]);
  });

  test("see their signal aborted at the deadline", async () => {
    let signal: AbortSignal | undefined;
    const onClose = [
      (context: DrainContext) => {
        signal = context.signal;
        return hang();
      },
    ];
    const { drain, clock } = createSubject({ fixedMs: 0, deadlineMs: 3_000, hooksTimeoutMs: 5_000, onClose });
    const ended = drain.start();
    await clock.advance(2_999);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    expect(signal?.aborted).toBe(true);
    expect((await ended).ok).toBe(false);
  });

  test.each<[what: string, options: DrainOptions]>([
    ["a hook that failed", { onClose: [() => Promise.reject(new Error("pool gone"))] }],
    ["a hook that is overdue", { onClose: [hang], hooksTimeoutMs: 100 }],
    ["an onLeave that failed", { onLeave: [() => Promise.reject(new Error("no broker"))] }],
  ])("make an error of the last line after %s", async (_, options) => {
    const { run, logger } = createSubject({ fixedMs: 0, ...options });
    expect(await run()).toMatchObject({ ok: false });
    expect(logger.lines.at(-1)).toMatch(/^error: SVC020 drained in .* failed: /);
  });

  test("make an error of the last line after a request that was cut", async () => {
    const { run, request, logger } = createSubject({ fixedMs: 0, closeTimeoutMs: 100 });
    request();
    expect(await run()).toMatchObject({ ok: false, requestsCut: 1 });
    expect(logger.lines.at(-1)).toMatch(/^error: SVC020 drained in .* 1 request cut/);
  });

  test("are checked when they are added", () => {
    const { drain } = createSubject();
    expect(() => drain.add({ onClose: 5 as never })).toThrow("hooks.onClose: expected a function, got 5");
    expect(() => drain.add({ onExit: () => {} } as never)).toThrow(TypeError);
    expect(() => drain.add(undefined as never)).toThrow(TypeError);
  });

  test("leave nothing behind, however often they are added and removed", async () => {
    const { drain, run } = createSubject({ fixedMs: 0, deadlineMs: 600, onClose: [hang] });
    for (let count = 0; count < 1_000; count += 1) drain.add({ onLeave: hang, onClose: hang })();
    expect((await run()).hookFailures).toHaveLength(1);
  });
});

describe("a request that is not answered", () => {
  test.each([1, 2])("is cut after closeTimeoutMs, and %i of them are counted", async (count) => {
    const { server, run } = createSubject({ fixedMs: 0, closeTimeoutMs: 1_000 });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    for (let index = 0; index < count; index += 1) {
      const client = connect(port, "127.0.0.1");
      client.on("error", () => {}).write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      await once(server, "request");
    }
    expect(await run()).toMatchObject({ requestsCut: count, closeMs: 1_000 });
  });
});

describe("the warning about keepAliveTimeout", () => {
  async function warningsOf(
    keepAliveTimeout: number,
    options: DrainOptions = {},
  ): Promise<readonly string[]> {
    const logger = createRecordingLogger();
    const server = createServer();
    const drain = createDrain(server, { probe: createProbe(), logger, ...options });
    server.keepAliveTimeout = keepAliveTimeout;
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    await new Promise((resolve) => void server.close(resolve));
    drain.dispose();
    return logger.lines;
  }

  test("says what loses requests, and the fix", async () => {
    expect(await warningsOf(5_000)).toEqual([
      "warn: SVC030 keepAliveTimeout is 5000 ms, but a load balancer that keeps idle connections for 60000 ms " +
        "may reuse one as it closes and lose the request: set server.keepAliveTimeout = 65000",
    ]);
  });

  test.each([
    ["as long as the balancer's", 60_000, 1],
    ["longer than the balancer's", 60_001, 0],
    ["endless", 0, 0],
  ])("comes, for a timeout that is %s (%i ms), %i times", async (_, keepAliveTimeout, count) => {
    expect(await warningsOf(keepAliveTimeout)).toHaveLength(count);
  });

  test("goes by balancerIdleMs, and 0 turns it off", async () => {
    expect(await warningsOf(5_000, { balancerIdleMs: 4_000 })).toEqual([]);
    expect(await warningsOf(5_000, { balancerIdleMs: 350_000 })).toEqual([
      expect.stringMatching(/set server\.keepAliveTimeout = 355000$/),
    ]);
    expect(await warningsOf(5_000, { balancerIdleMs: 0 })).toEqual([]);
  });

  test("does not come once the drain is disposed of", async () => {
    const logger = createRecordingLogger();
    const server = createServer();
    const before = server.listenerCount("listening");
    createDrain(server, { probe: createProbe(), logger }).dispose();
    expect(server.listenerCount("listening")).toBe(before);
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    await new Promise((resolve) => void server.close(resolve));
    expect(logger.lines).toEqual([]);
  });

  test("comes at once for a server that listens already", async () => {
    const logger = createRecordingLogger();
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    createDrain(server, { probe: createProbe(), logger }).dispose();
    await new Promise((resolve) => void server.close(resolve));
    expect(logger.lines).toHaveLength(1);
  });
});

import { expect, test, vi } from "vitest";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { StatusResponse } from "../../src/http/message.ts";
import { createStatusService } from "../../src/http/service.ts";
import { createStatusRequest } from "../support/status-request.ts";

interface Subject {
  /** What the handler answers from now on. */
  state: "OK" | "RED";
  /** How often the handler was called. */
  calls: number;
  get(target?: string): Promise<StatusResponse>;
}

function createSubject(): Subject {
  const registry = createStatusRegistry();
  const service = createStatusService({ registry });
  const subject: Subject = {
    state: "OK",
    calls: 0,
    get: async (target = "/svc_status.json") => {
      const answer = await service(createStatusRequest({ target, remoteAddress: "10.0.0.9" }));
      if (answer === undefined) throw new Error(`${target} is not ours`);
      return answer;
    },
  };
  registry.addStatusHandler("Plain", () => {
    subject.calls += 1;
    return { state: subject.state };
  });
  return subject;
}

test("requests that lie ready at the same time are answered by one run, whatever their format", async () => {
  const subject = createSubject();
  const targets = ["/svc_status.json", "/svc_status.csv", "/svc_status.prometheus", "/svc_status.health"];
  const answers = await Promise.all([...targets, ...targets].map(subject.get));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(subject.calls).toBe(1);
});

test("what they are answered is written once for each format", async () => {
  const { get } = createSubject();
  const [one, same, other] = await Promise.all([get(), get(), get("/svc_status.csv")]);
  expect(same).toBe(one);
  expect(other?.headers["Content-Type"]).toBe("text/csv; charset=utf-8");
});

test("the run begins when all of them have come: none is answered with what was before it", async () => {
  const subject = createSubject();
  const first = subject.get();
  subject.state = "RED";
  const second = subject.get();
  const bodies = [(await first).body, (await second).body];
  expect(bodies).toEqual(Array(2).fill('{"Plain":{"state":"RED"}}'));
});

test("a request that comes later is answered by a run of its own", async () => {
  const subject = createSubject();
  await subject.get();
  subject.state = "RED";
  const later = await subject.get();
  expect(later.body).toContain("RED");
  expect(subject.calls).toBe(2);
});

test("a test that fakes timers keeps no request waiting", async () => {
  const { get } = createSubject();
  vi.useFakeTimers({ toFake: ["setImmediate", "setTimeout", "setInterval"] });
  try {
    expect((await get()).status).toBe(200);
  } finally {
    vi.useRealTimers();
  }
});

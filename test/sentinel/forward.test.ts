import { describe, expect, test } from "vitest";
import type { StatusRequest } from "../../src/http/message.ts";
import { createForwarder, MAX_FORWARDED, toProbeAnswered } from "../../src/sentinel/forward.ts";
import type { SentProbeAnswer } from "../../src/sentinel/protocol.ts";

function requestWith(headers: Record<string, string | string[]>): StatusRequest {
  return {
    method: "GET",
    target: "/probe_status?x=1",
    remoteAddress: "192.0.2.1",
    header: (name) => headers[name]?.toString(),
    raw: { headers },
  };
}

function createWorld() {
  const counters = { beats: 1 };
  const sent: SentProbeAnswer[] = [];
  const forward = createForwarder(counters, (question) => void sent.push(question));
  const ask = (times: number): void => {
    for (let time = 0; time < times; time += 1) forward({ request: requestWith({}), status: 200 });
  };
  return { counters, sent, forward, ask };
}

describe("a question that is forwarded", () => {
  test("arrives as it was asked, but for the request of the server", () => {
    const { sent, forward } = createWorld();
    forward({ request: requestWith({ "user-agent": "HAProxy", via: ["1.1 a", "1.1 b"] }), status: 503 });
    const [question = expect.unreachable()] = structuredClone(sent);
    const { request, status } = toProbeAnswered(question);
    expect(status).toBe(503);
    expect(request).toMatchObject({
      method: "GET",
      target: "/probe_status?x=1",
      remoteAddress: "192.0.2.1",
      raw: undefined,
    });
    expect(request.header("user-agent")).toBe("HAProxy");
    expect(request.header("via")).toBe("1.1 a,1.1 b");
    expect(request.header("toString")).toBeUndefined();
  });

  test(`is one of at most ${MAX_FORWARDED} that wait for a main thread without a beat`, () => {
    const { sent, ask } = createWorld();
    ask(MAX_FORWARDED);
    expect(sent).toHaveLength(MAX_FORWARDED);
    ask(1);
    expect(sent).toHaveLength(MAX_FORWARDED);
  });

  test("is forwarded again after the next beat", () => {
    const { counters, sent, ask } = createWorld();
    ask(MAX_FORWARDED + 5);
    counters.beats += 1;
    ask(3);
    expect(sent).toHaveLength(MAX_FORWARDED + 3);
  });
});

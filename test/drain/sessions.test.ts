import { EventEmitter } from "node:events";
import type { Http2Session, ServerHttp2Stream } from "node:http2";
import { describe, expect, test } from "vitest";
import { createSessions, type IsEndlessStream, type StreamSetup } from "../../src/drain/sessions.ts";

const NONE: IsEndlessStream = () => false;

function createSession() {
  const calls: string[] = [];
  const session = Object.assign(new EventEmitter(), {
    calls,
    close: () => void calls.push("close"),
    destroy: () => void calls.push("destroy"),
  });
  return session as typeof session & Http2Session;
}

function createStream(members: object = {}) {
  const stream = Object.assign(new EventEmitter(), {
    headersSent: true,
    writableFinished: false,
    written: [] as unknown[],
    write: (bytes: unknown) => stream.written.push(bytes),
    end: () => stream.written.push("end"),
    ...members,
  });
  return stream as typeof stream & ServerHttp2Stream;
}

function createSubject() {
  const sessions = createSessions();
  const events: unknown[] = [];
  const record = (stream: ServerHttp2Stream, setup: Partial<StreamSetup> = {}): void =>
    sessions.recordStream(stream, {
      headers: {},
      onRequest() {
        events.push("begins");
        return (isAnswered) => void events.push(isAnswered);
      },
      ...setup,
    });
  return {
    sessions,
    events,
    record,
    count: (hasEnded = NONE) => sessions.countUnfinished(hasEnded as never),
  };
}

describe("the sessions of a server", () => {
  test("are closed after their last stream, later ones too, and without those that have ended", () => {
    const { sessions } = createSubject();
    const [ended, open, later] = [createSession(), createSession(), createSession()];
    sessions.record(ended);
    sessions.record(open);
    ended.emit("close");
    expect(open.calls).toEqual([]);
    sessions.close();
    sessions.record(later);
    expect([ended.calls, open.calls, later.calls]).toEqual([[], ["close"], ["close"]]);
  });

  test("are destroyed at the deadline, without those that have ended", () => {
    const { sessions } = createSubject();
    const [ended, open] = [createSession(), createSession()];
    sessions.record(ended);
    sessions.record(open);
    ended.emit("close");
    sessions.destroy();
    expect([ended.calls, open.calls]).toEqual([[], ["destroy"]]);
  });
});

describe("the streams of a server", () => {
  test("are requests, which begin once and end once", () => {
    const { events, record, count } = createSubject();
    const stream = createStream();
    record(stream);
    record(stream);
    expect(count()).toBe(1);
    expect(stream.listenerCount("close")).toBe(1);
    stream.writableFinished = true;
    stream.emit("close");
    expect(events).toEqual(["begins", true]);
    expect(count()).toBe(0);
  });

  test("were not answered if the client canceled them", () => {
    const { events, record } = createSubject();
    const stream = createStream();
    record(stream);
    stream.emit("close");
    expect(events).toEqual(["begins", false]);
  });

  test("count as cut unless they have ended", () => {
    const { sessions, record, count } = createSubject();
    const [one, other] = [createStream(), createStream()];
    record(one);
    record(other);
    expect(count()).toBe(2);
    expect(sessions.countUnfinished((identity) => identity === one)).toBe(1);
  });

  test("are endless if the test says so, once their headers are sent", () => {
    const { sessions, record } = createSubject();
    const response = {} as NonNullable<StreamSetup["response"]>;
    const [endless, finite, early] = [createStream(), createStream(), createStream({ headersSent: false })];
    record(endless, { response });
    record(finite);
    record(early);
    const asked: unknown[] = [];
    const found = sessions.findEndless((stream, ofStream) => {
      asked.push([stream, ofStream]);
      return stream !== finite;
    }, 1_000);
    expect(asked).toEqual([
      [endless, response],
      [finite, undefined],
    ]);
    expect(found.map(({ identity, kind }) => [identity, kind])).toEqual([[endless, "stream"]]);
  });

  test.each([
    ["websocket", [Uint8Array.of(0x88, 0x02, 0x03, 0xe9)]],
    [undefined, ["end"]],
    ["connect-udp", ["end"]],
  ])("that tunnel %s are closed in the way of their protocol", (protocol, written) => {
    const { sessions, record } = createSubject();
    const stream = createStream();
    record(stream, { headers: { ":method": "CONNECT", ":protocol": protocol } });
    const found = sessions.findEndless(() => expect.unreachable("it is a tunnel"), 1_000);
    expect(found.map(({ identity, kind }) => [identity, kind])).toEqual([[stream, "socket"]]);
    for (const { end } of found) end();
    expect(stream.written).toEqual(written);
  });

  test("are no tunnels with another method", () => {
    const { sessions, record } = createSubject();
    record(createStream(), { headers: { ":method": "GET" } });
    expect(sessions.findEndless(NONE, 1_000)).toEqual([]);
  });
});

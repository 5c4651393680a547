import type { ServerResponse } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import {
  type Endless,
  fromResponse,
  fromSocket,
  fromStream,
  fromTunnel,
  fromWebSocket,
  getSentHeader,
  isEventStream,
} from "../../../src/drain/streams/endless.ts";

const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

/** A writable stream with the members of a response or a tunnel, and the calls of these. */
function createStream(members: object = {}) {
  const calls: unknown[][] = [];
  const stream = Object.assign(new PassThrough(), { close: () => void calls.push(["close"]), ...members });
  vi.spyOn(stream, "destroy").mockImplementation(() => {
    calls.push(["destroy"]);
    return stream;
  });
  return { stream, calls, written: () => stream.read()?.toString("latin1") ?? "" };
}

/** The response of an event stream, whose headers are only in the text that was sent. */
function createResponse(head: string, headers: Readonly<Record<string, string>> = {}) {
  const subject = createStream({ _header: head, getHeader: (name: string) => headers[name] });
  return { ...subject, response: subject.stream as unknown as ServerResponse };
}

const EVENTS = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nX-Other:  a b\r\n\r\n";

describe("an event stream", () => {
  test.each(["text/event-stream", " Text/Event-Stream; charset=utf-8"])("is recognized by %s", (type) => {
    expect(isEventStream(type)).toBe(true);
  });

  test.each(["text/event-streams", "x-text/event-stream", "text/plain", "", undefined])(
    "is not recognized by %s",
    (type) => expect(isEventStream(type)).toBe(false),
  );
});

describe("a header that a response has sent", () => {
  test("is read from the text of the head, in any case", () => {
    expect(getSentHeader(createResponse(EVENTS).response, "content-type")).toBe("text/event-stream");
    expect(getSentHeader(createResponse(EVENTS).response, "x-other")).toBe("a b");
    expect(getSentHeader(createResponse(EVENTS).response, "other")).toBeUndefined();
  });

  test("is that of getHeader otherwise", () => {
    const { response } = createResponse(EVENTS, { "content-encoding": "gzip" });
    expect(getSentHeader(response, "content-encoding")).toBe("gzip");
    const early = { _header: null, getHeader: () => 5 } as unknown as ServerResponse;
    expect(getSentHeader(early, "content-length")).toBe("5");
  });
});

describe("the end of a response", () => {
  test.each([
    ["an event stream", EVENTS, {}, ":\nretry: 2500\n"],
    [
      "an event stream that names no compression",
      EVENTS,
      { "content-encoding": "identity" },
      ":\nretry: 2500\n",
    ],
    ["a compressed event stream", EVENTS, { "content-encoding": "gzip" }, ""],
    ["another response", "HTTP/1.1 200 OK\r\n\r\n", { "content-type": "text/plain" }, ""],
  ])("of %s", (_, head, headers, text) => {
    const { response, stream, written } = createResponse(head, headers);
    const end = vi.spyOn(stream, "end");
    fromResponse(response, 2_500).end();
    expect(written()).toBe(text);
    // An empty text would be a chunk for a middleware that compresses.
    expect(end.mock.calls).toEqual([text === "" ? [] : [text]]);
    expect(stream.writableEnded).toBe(true);
  });

  test("over HTTP/2 names the time to reconnect too", () => {
    const sentHeaders = { "content-type": "text/event-stream" };
    const { stream, written } = createStream({ sentHeaders });
    fromStream(stream as unknown as ServerHttp2Stream, 2_500).end();
    expect(written()).toBe(":\nretry: 2500\n");
    const early = createStream();
    fromStream(early.stream as unknown as ServerHttp2Stream, 2_500).end();
    expect(early.written()).toBe("");
  });

  test("lets the application go on writing, and calls it back", async () => {
    const { response, stream, written } = createResponse("");
    fromResponse(response, 2_500).end();
    written();
    const callback = vi.fn<() => void>();
    expect(response.write("late", "utf8", callback)).toBe(true);
    expect(response.write("late")).toBe(true);
    expect(response.end("late", callback)).toBe(response);
    expect(callback).not.toHaveBeenCalled();
    await new Promise(setImmediate);
    expect(callback).toHaveBeenCalledTimes(2);
    expect(written()).toBe("");
    expect(() => stream.emit("error", new Error("write after end"))).not.toThrow();
  });
});

describe("the end of a connection", () => {
  test.each<[kind: string, (stream: unknown, isWebSocket: boolean) => Endless, destruction: string]>([
    ["socket", (stream, isWebSocket) => fromSocket(stream as Socket, isWebSocket), "destroy"],
    ["tunnel", (stream, isWebSocket) => fromTunnel(stream as ServerHttp2Stream, isWebSocket), "close"],
  ])("of a %s is a close frame of a WebSocket, or the end of another protocol", (_, create, destruction) => {
    const webSocket = createStream();
    const endless = create(webSocket.stream, true);
    expect(endless).toMatchObject({ identity: webSocket.stream, kind: "socket" });
    endless.end();
    expect(webSocket.stream.read()).toEqual(GOING_AWAY);
    expect(webSocket.stream.writableEnded).toBe(false);
    expect(() => webSocket.stream.emit("error", new Error("reset"))).not.toThrow();
    endless.destroy();
    expect(webSocket.calls).toEqual([[destruction]]);
    const other = createStream();
    create(other.stream, false).end();
    expect(other.stream.writableEnded).toBe(true);
    expect(other.written()).toBe("");
  });

  test("of a client of the application's WebSocket server is its own, with the code 1001", () => {
    const client = { _socket: {}, close: vi.fn<(code?: number) => void>(), terminate: vi.fn<() => void>() };
    const endless = fromWebSocket(client);
    expect(endless.identity).toBe(client._socket);
    expect(endless.kind).toBe("socket");
    endless.end();
    expect(client.close.mock.calls).toEqual([[1_001]]);
    expect(client.terminate).not.toHaveBeenCalled();
    endless.destroy();
    expect(client.terminate).toHaveBeenCalledTimes(1);
    const other = { close() {} };
    expect(fromWebSocket(other).identity).toBe(other);
    expect(() => fromWebSocket(other).destroy()).not.toThrow();
  });

  test.each([
    ["response", (stream: unknown) => fromResponse(stream as ServerResponse, 1), "destroy"],
    ["HTTP/2 stream", (stream: unknown) => fromStream(stream as ServerHttp2Stream, 1), "close"],
  ])("of a client that does not read a %s discards what it has not read", (_, create, destruction) => {
    const { stream, calls } = createStream();
    const endless = create(stream);
    expect(endless).toMatchObject({ identity: stream, kind: "stream" });
    endless.destroy();
    expect(calls).toEqual([[destruction]]);
  });
});

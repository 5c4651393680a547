import type { ServerResponse } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";

/** A response or a connection that does not end by itself. */
export interface Endless {
  /** The object by which it is recognized. */
  readonly identity: object;
  readonly kind: "stream" | "socket";
  /** Ends it cleanly, and discards later writes of the application. */
  end(): void;
  /** Discards data that the client has not read. */
  destroy(): void;
}

/** A client of a WebSocket server. `ws` shows its socket by this name. */
interface WebSocketClient {
  readonly _socket?: object;
  close(code?: number): void;
  terminate?(): void;
}

/** The object that an application writes a response to. */
type Answer = Pick<ServerResponse | ServerHttp2Stream, "on" | "end" | "write">;

const EVENT_STREAM = /^\s*text\/event-stream\b/i;

export function isEventStream(contentType: unknown): boolean {
  return EVENT_STREAM.test(String(contentType ?? ""));
}

/**
 * Tells an `EventSource` when to reconnect. The colon starts a comment, or ends up in an unfinished line. So
 * there is never a blank line, which would dispatch an unfinished event.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
function toRetryText(getHeader: (name: string) => unknown, retryMs: number): string {
  const encoding = getHeader("content-encoding") ?? "identity";
  const isPlain = encoding === "identity" && isEventStream(getHeader("content-type"));
  return isPlain ? `:\nretry: ${retryMs}\n` : "";
}

/**
 * A header that a response has sent. `getHeader` does not return headers that were passed to `writeHead`; they are
 * only in the text of the head.
 */
export function getSentHeader(response: ServerResponse, name: string): string | undefined {
  const { _header: head } = response as { readonly _header?: string | null };
  const [, value] = new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(head ?? "") ?? [];
  return value ?? response.getHeader(name)?.toString();
}

/** An HTTP/1 response. */
export function fromResponse(response: ServerResponse, retryMs: number): Endless {
  const getHeader = (name: string): unknown => getSentHeader(response, name);
  return {
    identity: response,
    kind: "stream",
    end: () => endAnswer(response, toRetryText(getHeader, retryMs)),
    destroy: () => response.destroy(),
  };
}

/** An HTTP/2 stream, with or without a response object. */
export function fromStream(stream: ServerHttp2Stream, retryMs: number): Endless {
  const getHeader = (name: string): unknown => stream.sentHeaders?.[name];
  return {
    identity: stream,
    kind: "stream",
    end: () => endAnswer(stream, toRetryText(getHeader, retryMs)),
    destroy: () => stream.close(),
  };
}

function ignore(): void {}

function endAnswer(answer: Answer, lastText: string): void {
  // Without a listener, an application that goes on writing would crash the process.
  answer.on("error", ignore);
  if (lastText === "") answer.end();
  else answer.end(lastText);
  Object.assign(answer, { write: drop(true), end: drop(answer) });
}

/** Replaces `write` and `end`. It calls the callback, because the application may wait for it. */
function drop<Result>(result: Result): (...args: readonly unknown[]) => Result {
  return function dropChunk(...args) {
    const callback = args.findLast((arg) => typeof arg === "function");
    if (callback !== undefined) process.nextTick(callback as () => void);
    return result;
  };
}

const GOING_AWAY_CODE = 1_001;

/** An unmasked close frame with the code 1001 and without a reason (RFC 6455, sections 5.5.1 and 7.4.1). */
const GOING_AWAY: Uint8Array = Uint8Array.of(0x88, 0x02, 0x03, 0xe9);

/** A connection that has been upgraded, or a tunnel. */
export function fromSocket(socket: Socket, isWebSocket: boolean): Endless {
  return {
    identity: socket,
    kind: "socket",
    end() {
      socket.on("error", ignore);
      // The client of a WebSocket closes the connection.
      if (isWebSocket) socket.write(GOING_AWAY);
      else socket.end();
    },
    destroy: () => socket.destroy(),
  };
}

/** A tunnel in an HTTP/2 stream (RFC 8441 for WebSockets). */
export function fromTunnel(stream: ServerHttp2Stream, isWebSocket: boolean): Endless {
  return {
    identity: stream,
    kind: "socket",
    end() {
      stream.on("error", ignore);
      if (isWebSocket) stream.write(GOING_AWAY);
      else stream.end();
    },
    destroy: () => stream.close(),
  };
}

/** A connection of the application's WebSocket server. */
export function fromWebSocket(client: WebSocketClient): Endless {
  return {
    identity: client._socket ?? client,
    kind: "socket",
    end: () => client.close(GOING_AWAY_CODE),
    destroy: () => client.terminate?.(),
  };
}

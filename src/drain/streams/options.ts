import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { DELAY_MS, FUNCTION } from "../../options/rules.ts";
import type { CodeShape, OptionShapes } from "../../options/shape.ts";
import { describeError } from "../../util/describe-error.ts";

/** How the drain ends responses and connections that do not end by themselves. */
export interface StreamsOptions {
  /**
   * Whether a response never ends by itself, such as a live log. Event streams (`text/event-stream`) and
   * upgraded connections always count as endless. Not called for the `stream` event of HTTP/2 servers.
   */
  readonly isEndless?: (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ) => boolean;
  /**
   * Time over which endless responses and connections are ended, one after the other, in milliseconds.
   * Default: a quarter of the time that is left when the servers close, at most 10 s.
   */
  readonly spreadMs?: number;
}

/** A WebSocket server, such as that of `ws`. */
export interface WebSockets {
  readonly clients: Iterable<{ close(code?: number): void; terminate?(): void }>;
}

/** `isEndless` of an application that throws counts as `false`, and is logged once. */
export function guardIsEndless(
  isEndless: StreamsOptions["isEndless"] = () => false,
  warn: (message: string) => void,
): NonNullable<StreamsOptions["isEndless"]> {
  let hasFailed = false;
  return function isEndlessGuarded(request, response) {
    try {
      return isEndless(request, response);
    } catch (error) {
      if (!hasFailed) warn(`streams.isEndless failed: ${describeError(error)}`);
      hasFailed = true;
      return false;
    }
  };
}

export const STREAMS_OPTIONS: OptionShapes<StreamsOptions, StreamsOptions> = {
  isEndless: FUNCTION,
  spreadMs: DELAY_MS,
};

export const WEBSOCKETS: CodeShape = {
  kind: "code",
  expected: "a WebSocket server with clients",
  isRight: (value) =>
    typeof Object((Object(value) as Partial<WebSockets>).clients)[Symbol.iterator] === "function",
};

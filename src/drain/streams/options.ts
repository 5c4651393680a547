import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { DELAY_MS, FUNCTION } from "../../options/rules.ts";
import type { CodeShape, OptionShapes } from "../../options/shape.ts";
import { describeError } from "../../util/describe-error.ts";

/** Classifies a response whose headers have been sent. */
export type ResponseTest = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => boolean;

/** How the drain ends responses and connections that do not end by themselves. */
export interface StreamsOptions {
  /**
   * Whether a response never ends by itself, such as a live log. Event streams (`text/event-stream`) and
   * upgraded connections count as endless without it. Not called for the `stream` event of HTTP/2 servers.
   */
  readonly isEndless?: ResponseTest;
  /**
   * Whether an event stream ends by itself, such as the tokens of a language model. It then gets as much time
   * as other requests in flight. Not called for the `stream` event of HTTP/2 servers.
   */
  readonly endsByItself?: ResponseTest;
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

/** Wraps the application's functions. If one throws, the result is `false`, and the error is logged once. */
export function guardTests(
  { isEndless, endsByItself }: StreamsOptions,
  warn: (message: string) => void,
): Required<Pick<StreamsOptions, "isEndless" | "endsByItself">> {
  function guard(name: string, test: ResponseTest = () => false): ResponseTest {
    let hasFailed = false;
    return function testGuarded(request, response) {
      try {
        return test(request, response);
      } catch (error) {
        if (!hasFailed) warn(`streams.${name} failed: ${describeError(error)}`);
        hasFailed = true;
        return false;
      }
    };
  }
  return { isEndless: guard("isEndless", isEndless), endsByItself: guard("endsByItself", endsByItself) };
}

export const STREAMS_OPTIONS: OptionShapes<StreamsOptions, StreamsOptions> = {
  isEndless: FUNCTION,
  endsByItself: FUNCTION,
  spreadMs: DELAY_MS,
};

export const WEBSOCKETS: CodeShape = {
  kind: "code",
  expected: "a WebSocket server with clients",
  isRight: (value) =>
    typeof Object((Object(value) as Partial<WebSockets>).clients)[Symbol.iterator] === "function",
};

import { type IncomingHttpHeaders, type IncomingMessage, request as startRequest } from "node:http";

/** An answer that comes in pieces. */
export interface EventStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Everything that has come. */
  readonly text: string;
  /** Resolves when this text has come, or rejects when the stream has ended without it. */
  waitFor(text: string, from?: number): Promise<void>;
  /** When it has ended; `true`: in good order. */
  readonly ended: Promise<boolean>;
  /** Hangs up. */
  close(): void;
}

/** Reads the news of a page over a connection of its own, as a browser does. */
export async function openEvents(port: number, target = "/svc_status.events"): Promise<EventStream> {
  const request = startRequest({ host: "127.0.0.1", port, path: target, agent: false });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on("error", reject).on("response", resolve).end();
  });
  const waiting = new Set<(chunk: string) => void>();
  let text = "";
  let isEnded = false;
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (const look of waiting) look(chunk);
  });
  const ended = new Promise<boolean>((resolve) => {
    response.on("error", () => {});
    response.on("close", () => {
      isEnded = true;
      for (const look of waiting) look("");
      resolve(response.complete);
    });
  });

  function waitFor(wanted: string, from = 0): Promise<void> {
    // Searches each piece once: the page of a large report has megabytes.
    let unread = "";
    return new Promise((resolve, reject) => {
      function look(chunk: string): void {
        unread = unread.slice(1 - wanted.length) + chunk;
        if (unread.includes(wanted)) resolve();
        else if (isEnded) reject(new Error(`ended without ${JSON.stringify(wanted)}: ${text.slice(-500)}`));
        else return;
        waiting.delete(look);
      }
      waiting.add(look);
      look(text.slice(from));
    });
  }

  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    get text() {
      return text;
    },
    waitFor,
    ended,
    close: () => void request.destroy(),
  };
}

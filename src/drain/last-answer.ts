import type { ServerResponse } from "node:http";

const SWITCHING_PROTOCOLS = 101;

/**
 * Makes a response end its connection if it is the last one when its headers are written. It overrides the
 * application's `Connection` header, because `keep-alive` would keep clients connected to a process that is
 * about to end.
 */
export function endConnectionWith(response: ServerResponse, isLast: () => boolean): void {
  if (response.headersSent) return;
  const writeHead = response.writeHead.bind(response) as WriteHead;
  // Node.js itself uses this method for the headers, even if the application never calls it.
  response.writeHead = function writeLastHead(status: number, ...rest: readonly unknown[]) {
    if (status === SWITCHING_PROTOCOLS || response.headersSent || !isLast())
      return writeHead(status, ...rest);
    response.shouldKeepAlive = false;
    response.setHeader("Connection", "close");
    return writeHead(status, ...rest.map(withoutConnection));
  };
}

type WriteHead = (status: number, ...rest: readonly unknown[]) => ServerResponse;

/**
 * Handles an argument of `writeHead`: headers as an object or a list of names and values, or a reason phrase.
 */
function withoutConnection(part: unknown): unknown {
  if (Array.isArray(part)) return part.filter((_, index) => !isConnection(part[index - (index % 2)]));
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(Object.entries(part).filter(([name]) => !isConnection(name)));
}

function isConnection(name: unknown): boolean {
  return typeof name === "string" && name.toLowerCase() === "connection";
}

import { Agent, request } from "node:http";

/** How a service is loaded. */
export interface LoadOptions {
  readonly port: number;
  /** Sent at this rate whether the answers come or not, as by many clients; 200 wait for theirs at most. */
  readonly requestsPerSecond: number;
  /** Whether connections are used again. */
  readonly keepAlive: boolean;
  /** @default "/" */
  readonly path?: string;
}

/** What became of all requests. */
export interface LoadResult {
  readonly requests: number;
  /** How often each code, and each error, came: `{ "200": 9998, "503": 1, ECONNRESET: 1 }`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Everything but 200. */
  readonly failed: number;
}

/** A load that goes on until it is stopped. */
export interface Load {
  /** Resolves when so many requests have had their outcome. */
  waitForOutcomes(count: number): Promise<void>;
  /** Sends no more, and resolves when every request has had its outcome. */
  stop(): Promise<LoadResult>;
}

const TICK_MS = 10;

// Where the machine stands still for a moment, what was missed is not made up for: the burst would be another test.
const MAX_TICK_MS = 50;
const MAX_PENDING = 200;

/** Sends GET requests to a service on this machine. */
export function startLoad({ port, requestsPerSecond, keepAlive, path = "/" }: LoadOptions): Load {
  // In turn, so that no connection is idle long enough for the other side to give up.
  const agent = keepAlive ? new Agent({ keepAlive, maxSockets: 50, scheduling: "fifo" }) : false;
  const outcomes: Record<string, number> = {};
  let tickedAt = performance.now();
  let due = 0;
  let sent = 0;
  let ended = 0;
  const waiting = new Set<() => void>();

  function note(outcome: string): void {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    ended += 1;
    for (const look of waiting) look();
  }

  function waitForOutcomes(count: number): Promise<void> {
    return new Promise((resolve) => {
      function look(): void {
        if (ended < count) return;
        waiting.delete(look);
        resolve();
      }
      waiting.add(look);
      look();
    });
  }

  function send(): void {
    sent += 1;
    const sending = request({ host: "127.0.0.1", port, path, agent }, (response) => {
      response.resume();
      response.once("error", (error: NodeJS.ErrnoException) => note(error.code ?? error.message));
      response.once("end", () => note(String(response.statusCode)));
    });
    sending.once("error", (error: NodeJS.ErrnoException) => note(error.code ?? error.message));
    sending.end();
  }

  function tick(): void {
    const now = performance.now();
    due += (Math.min(now - tickedAt, MAX_TICK_MS) / 1_000) * requestsPerSecond;
    tickedAt = now;
    for (; due >= 1; due -= 1) if (sent - ended < MAX_PENDING) send();
  }

  const timer = setInterval(tick, TICK_MS);
  return {
    waitForOutcomes,
    async stop() {
      clearInterval(timer);
      await waitForOutcomes(sent);
      if (agent !== false) agent.destroy();
      return { requests: sent, outcomes, failed: sent - (outcomes["200"] ?? 0) };
    },
  };
}

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { StatusHandler } from "../../src/core/handler.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { OK, RED } from "../../src/core/state.ts";
import { PASSWORD, type RealServer } from "../support/servers.ts";

/** A client of a real server, and the check over it. */
export interface RealClient {
  readonly handler: StatusHandler;
  close(): unknown;
}

export interface RealServerSubject {
  readonly start: () => Promise<RealServer>;
  /** The clients to try, by name. Each must connect again by itself. */
  readonly clients: Readonly<
    Record<string, (port: number, password: string) => RealClient | Promise<RealClient>>
  >;
  /** How many connections the server says it has. */
  readonly countConnections: (port: number) => Promise<number>;
  /** What a detail begins with when the password is wrong. Left out where the server knows no passwords. */
  readonly wrongPassword?: RegExp;
  /**
   * How many of the 1,000 runs go on at the same time.
   * @default 1
   */
  readonly sideBySide?: number;
  /** Clients that do not come into being with a wrong password, so that there is nothing to ask. */
  readonly refusedAtConnect?: readonly string[];
}

const RUNS = 1_000;
const WRONG_PASSWORD = "wrong-password";
const CLOSED = { interval: 20, timeout: 20_000 };
const BACK = { intervalMs: 50, timeoutMs: 50_000 };

/** What every check of a server must do with the real one. */
export function describeRealServer(subject: RealServerSubject): void {
  const { start, clients, countConnections, wrongPassword, refusedAtConnect = [], sideBySide = 1 } = subject;
  let server: RealServer;

  beforeAll(async () => {
    server = await start();
  });

  afterAll(() => server?.close());

  describe.each(Object.entries(clients))("through %s", (name, connect) => {
    let client: RealClient;
    let registry: StatusRegistry;

    beforeEach(async () => {
      registry = createStatusRegistry();
      client = await connect(server.port, PASSWORD);
      registry.addStatusHandler("Server", client.handler, { timeoutMs: 1_000 });
      expect(await registry.waitForStatus("Server", OK, BACK)).toBe(true);
    });

    afterEach(async () => {
      registry.close();
      await client.close();
    });

    test("is RED when the server is killed while it is asked, and OK when it is back", async () => {
      await server.pause();
      const asked = registry.getStatus("Server");
      await server.stop();
      const killed = await asked;
      expect(killed.state, killed.detail).toBe(RED);
      expect(killed.detail).toMatch(/^(?:closed|refused|timeout|failed: Server at|timed out)/);
      const down = await registry.getStatus("Server");
      expect(down.state, down.detail).toBe(RED);
      expect(JSON.stringify([killed, down])).not.toContain(PASSWORD);
      await server.start();
      expect(await registry.waitForStatus("Server", OK, BACK)).toBe(true);
    });

    test("is RED while the server hangs, and OK when it goes on", async () => {
      await server.pause();
      const hanging = await registry.getStatus("Server");
      expect(hanging.state, hanging.detail).toBe(RED);
      expect(hanging.detail).toMatch(/^(?:timed out after 1000 ms|timeout|closed|failed: Server at)/);
      server.resume();
      expect(await registry.waitForStatus("Server", OK, BACK)).toBe(true);
    });

    test(`leaves the server with no more connections after ${RUNS} runs than before`, async () => {
      for (let index = 0; index < sideBySide; index += 1)
        registry.addStatusHandler(`Server${index}`, client.handler);
      const names = Array.from({ length: sideBySide }, (_, index) => `Server${index}`);
      const before = await countConnections(server.port);
      for (let run = 0; run < RUNS; run += sideBySide) {
        const { entries } = await registry.getReport({ names });
        expect(entries.map(({ status }) => status.state)).toEqual(names.map(() => OK));
      }
      // The last ones may still be closing.
      await expect.poll(() => countConnections(server.port), CLOSED).toBeLessThanOrEqual(before);
    });

    if (wrongPassword !== undefined && !refusedAtConnect.includes(name)) {
      test("says that the password is wrong, and not which", async () => {
        const other = await connect(server.port, WRONG_PASSWORD);
        registry.addStatusHandler("Wrong", other.handler);
        const { state, detail } = await registry.getStatus("Wrong");
        await other.close();
        expect(state, detail).toBe(RED);
        expect(detail).toMatch(wrongPassword);
        expect(detail).not.toContain(WRONG_PASSWORD);
      });
    }
  });
}

import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { warnOfKeepAlive } from "../../src/drain/keep-alive.ts";
import type { DrainableServer } from "../../src/drain/server-kind.ts";
import { createRecordingLogger } from "../support/registry.ts";

/** The lines about a server, after it has begun to listen. */
function warn(members: object, balancerIdleMs = 60_000) {
  const logger = createRecordingLogger();
  const server = Object.assign(new EventEmitter(), { listening: false, ...members });
  const stop = warnOfKeepAlive(server as unknown as DrainableServer, { balancerIdleMs, logger });
  return { server, stop, lines: logger.lines };
}

describe("a server that closes idle connections before the balancer", () => {
  test("is warned of when it listens", () => {
    const { server, lines } = warn({ keepAliveTimeout: 5_000 });
    expect(lines).toEqual([]);
    server.emit("listening");
    server.emit("listening");
    expect(lines).toEqual([
      "warn: SVC030 keepAliveTimeout is 5000 ms, but a load balancer that keeps idle connections for 60000 ms " +
        "may reuse one as it closes and lose the request: set server.keepAliveTimeout = 65000",
    ]);
  });

  test("is warned of at once if it listens already, and at the same time as the balancer", () => {
    expect(warn({ listening: true, keepAliveTimeout: 60_000 }).lines).toHaveLength(1);
  });

  test.each([
    ["keeps them longer", { keepAliveTimeout: 60_001 }, 60_000],
    ["keeps them forever", { keepAliveTimeout: 0 }, 60_000],
    ["speaks HTTP/2", {}, 60_000],
    ["needs no check", { keepAliveTimeout: 5_000 }, 0],
  ])("is not one that %s", (_, members, balancerIdleMs) => {
    expect(warn({ listening: true, ...members }, balancerIdleMs).lines).toEqual([]);
  });

  test("is no longer watched after the stop, and one of gRPC never", () => {
    const { server, stop, lines } = warn({ keepAliveTimeout: 5_000 });
    stop();
    server.emit("listening");
    const grpc = warn({ listening: true, keepAliveTimeout: 5_000, tryShutdown() {}, forceShutdown() {} });
    expect([...lines, ...grpc.lines]).toEqual([]);
    expect(grpc.stop).not.toThrow();
    expect(grpc.server.eventNames()).toEqual([]);
  });
});

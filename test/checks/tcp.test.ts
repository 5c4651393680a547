import { createServer } from "node:net";
import { expect, test } from "vitest";
import { tcp } from "../../src/checks/tcp.ts";
import { ask, describeCheck } from "../contract/check.ts";
import { findFreePort } from "../support/free-port.ts";
import { listen, UNRESOLVABLE_HOST } from "../support/listen.ts";

describeCheck({
  name: "tcp",
  async well() {
    const { port, close } = await listen(createServer());
    return { handler: tcp(`127.0.0.1:${port}`), close };
  },
  broken: {
    "refused: connect ECONNREFUSED 127.0.0.1": async () => ({
      handler: tcp(`127.0.0.1:${await findFreePort()}`),
    }),
    "DNS: getaddrinfo": () => ({ handler: tcp(`${UNRESOLVABLE_HOST}:80`) }),
    "answered in": async () => {
      const { port, close } = await listen(createServer());
      return { handler: tcp(`127.0.0.1:${port}`, { maxLatencyMs: 0 }), close };
    },
  },
  worrying: {
    "(YELLOW from 0.0 ms)": async () => {
      const { port, close } = await listen(createServer());
      return { handler: tcp(`127.0.0.1:${port}`, { warnLatencyMs: 0 }), close };
    },
  },
  mistakes: {
    "target: expected host:port": () => tcp("localhost"),
    "port: expected an integer from 1 to 65535, got 0": () => tcp("localhost:0"),
    'options: unknown option "warnLatency"': () => tcp("localhost:80", { warnLatency: 1 } as object),
    "maxLatencyMs: expected a number": () => tcp("localhost:80", { maxLatencyMs: -1 }),
  },
});

test("takes an IPv6 address in brackets", async () => {
  const { status } = await ask(tcp(`[::1]:${await findFreePort()}`));
  expect(status.detail).toContain("::1");
});

import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { runCli } from "../support/cli.ts";
import { findFreePort } from "../support/free-port.ts";

const SECRET = "s3cret-token-of-16";
const CONNECTING = Object.keys(COMMANDS).filter((name) => COMMANDS[name]?.definition.connects);
const HAS_IPV6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === "::1"),
);

/** A service on one of the addresses of this machine, which remembers the headers of all requests. */
async function startOn(host: string, options: ServiceStatusOptions = {}) {
  const seen: IncomingHttpHeaders[] = [];
  const probe = createProbe();
  const answer = serviceStatus({ registry: createStatusRegistry(), probe, ...options });
  const server = createServer((request, response) => {
    seen.push(request.headers);
    answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, host, resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, seen, probe };
}

const EMPTY = /^OK: no handlers are registered\nIn service for \d+ s\n\S+:\d+, started \d+ s ago\n$/;

describe("a port alone", () => {
  test.each(["", ":"])("is one of this machine, as %sPORT", async (prefix) => {
    const { port, probe, seen } = await startOn("127.0.0.1");
    const address = `${prefix}${port}`;
    expect((await runCli(["show", address])).stdout).toMatch(EMPTY);
    expect((await runCli(["wait", address])).stderr).toMatch(
      new RegExp(`^waiting for http://localhost:${port}\nhttp://localhost:${port} is OK after \\d+s\n$`),
    );
    expect((await runCli(["decommission", address])).stdout).toMatch(
      new RegExp(`^http://localhost:${port} \\(\\S+\\) is decommissioned`),
    );
    expect(probe.commissioned).toBe(false);
    expect((await runCli(["commission", address])).code).toBe(0);
    expect(probe.commissioned).toBe(true);
    expect(new Set(seen.map(({ host }) => host))).toEqual(new Set([`localhost:${port}`]));
  });

  test.skipIf(!HAS_IPV6)("finds a service that listens on ::1 only", async () => {
    const { port } = await startOn("::1");
    expect(await runCli(["show", String(port)])).toEqual({
      code: 0,
      stdout: expect.stringMatching(EMPTY),
      stderr: "",
    });
  });

  test("is told where nobody listens", async () => {
    const port = await findFreePort();
    expect((await runCli(["show", `:${port}`])).stderr).toBe(
      `svc-status: no answer from http://localhost:${port}: connection refused. Is the service running?\n`,
    );
  });

  test("has closed when both addresses of this machine refuse, and not before", async () => {
    const FAST = ["--wait", "--interval", "20ms"];
    const server = createServer((request, response) => {
      const isChange = request.method === "POST";
      response.writeHead(isChange ? 200 : 503, { connection: "close" }).end("OFF");
      if (!isChange) server.close();
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await runCli(["decommission", String(port), ...FAST])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`http://localhost:${port} has closed\n`),
    });

    const { port: openPort } = await startOn("127.0.0.1");
    const { code, stderr } = await runCli(["decommission", String(openPort), ...FAST, "--timeout", "1s"]);
    expect(stderr).toContain("still accepts connections after 1s");
    expect(code).toBe(3);
  });
});

describe("a host that was guessed", () => {
  const EXPECTED = "is sent only to a host that you name. Write localhost:";

  test.each(CONNECTING)("gets no header from %s", async (command) => {
    const { port, seen } = await startOn("127.0.0.1");
    const outcome = await runCli([command, String(port), "--header", `Authorization: Bearer ${SECRET}`]);
    expect(outcome).toEqual({
      code: 3,
      stdout: "",
      stderr: `svc-status: --header ${EXPECTED}${port} instead of ${port}\n`,
    });
    expect(seen).toEqual([]);
  });

  test.each(["decommission", "commission"])("gets no token from %s", async (command) => {
    const { port, seen } = await startOn("127.0.0.1", { probeStatus: { control: { token: SECRET } } });
    const typed = await runCli([command, `:${port}`, "--token", SECRET]);
    expect(typed.stderr).toBe(`svc-status: --token ${EXPECTED}${port} instead of ${port}\n`);
    expect({ code: typed.code, seen }).toEqual({ code: 3, seen: [] });

    const env = { SVC_STATUS_TOKEN: SECRET };
    const set = await runCli([command, `:${port}`], { env });
    expect(set.stderr).toContain(
      `requires a token (401), which ${EXPECTED}${port} instead of ${port}, and set SVC_STATUS_TOKEN\n`,
    );
    expect(set.code).toBe(3);
    expect(seen.map(({ authorization }) => authorization)).toEqual([undefined]);

    expect((await runCli([command, `localhost:${port}`], { env })).code).toBe(0);
    expect(seen.at(-1)?.authorization).toBe(`Bearer ${SECRET}`);
  });

  test("makes watch send its headers to nobody else either", async () => {
    const { port, seen } = await startOn("127.0.0.1");
    const { stderr } = await runCli(["watch", `localhost:${port}`, String(port), "-H", "X-Key: secret"]);
    expect(stderr).toContain(`--header ${EXPECTED}${port}`);
    expect(seen).toEqual([]);
  });
});

import { createServer } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { createProbe } from "../../src/core/probe.ts";
import { MAX_PROBE_BODY_LENGTH } from "../../src/core/probe-setting.ts";
import { createDrain } from "../../src/drain/drain.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { runCli } from "../support/cli.ts";
import { listen } from "../support/listen.ts";
import { startHostile, startService } from "./service.ts";

const ORDERS = { service: { name: "orders", instance: "orders-7f9c:17" } };
const FAST = ["--interval", "20ms"];

describe("svc-status decommission and commission", () => {
  test("take a service out, and put it in again", async () => {
    const { address, probe } = await startService(ORDERS);
    expect(await runCli(["decommission", address])).toEqual({
      code: 0,
      stdout: `http://${address} (orders-7f9c:17) is decommissioned: its probe answers OFF\n`,
      stderr: "",
    });
    expect(probe.body).toBe("OFF");
    expect(await runCli(["commission", address])).toEqual({
      code: 0,
      stdout: `http://${address} (orders-7f9c:17) is commissioned\n`,
      stderr: "",
    });
    expect(probe.body).toBe("OK");
  });

  test("set any body", async () => {
    const { address, probe } = await startService();
    for (const body of ["Größe & mehr = 1", "", "x".repeat(MAX_PROBE_BODY_LENGTH)]) {
      expect((await runCli(["decommission", address, `--body=${body}`])).code).toBe(0);
      expect(probe.body).toBe(body);
    }
  });

  test.each([
    ["OK", "--body OK would commission the service. Use: svc-status commission"],
    ["a\nb", "--body: expected at most 1024 characters without control characters"],
    [
      "x".repeat(MAX_PROBE_BODY_LENGTH + 1),
      "--body: expected at most 1024 characters without control characters",
    ],
  ])("refuse %.5j as body before they ask", async (body, message) => {
    expect(await runCli(["decommission", "127.0.0.1:1", "--body", body])).toEqual({
      code: 3,
      stdout: "",
      stderr: `svc-status: ${message}\n`,
    });
  });

  test("mean one instance, and another one refuses it", async () => {
    const { address, probe } = await startService(ORDERS);
    for (const command of ["decommission", "commission"]) {
      expect(await runCli([command, address, "--instance", "orders-1a2b:17"])).toEqual({
        code: 3,
        stdout: "",
        stderr:
          "svc-status: orders-1a2b:17 did not answer: this is orders-7f9c:17; nothing was changed. Use the address of that instance\n",
      });
    }
    expect(probe.commissioned).toBe(true);
    const meant = await runCli(["decommission", address, "--instance", "orders-7f9c:17"]);
    expect(meant).toMatchObject({ code: 0, stderr: "" });
    expect(probe.commissioned).toBe(false);
  });

  test("say which instance has changed if a balancer sends the check to another one", async () => {
    let asked = 0;
    const address = await startHostile((request, response) => {
      asked += 1;
      response.setHeader("Svc-Status-Instance", `orders-${asked}:17`);
      response.end(request.method === "POST" ? "OFF" : "OK");
    });
    expect(await runCli(["decommission", address])).toEqual({
      code: 3,
      stdout: "",
      stderr:
        "svc-status: orders-1:17 accepted the change, but another instance answered the check: orders-2:17. Use the address of one instance\n",
    });
  });

  test("find the probe where the status is given", async () => {
    const { address, probe } = await startService({ probeStatus: { path: "/a/probe_status" } });
    expect((await runCli(["decommission", `${address}/a/svc_status`])).code).toBe(0);
    expect(probe.commissioned).toBe(false);
  });

  test("send the token, from the environment or from their arguments", async () => {
    const { address, probe } = await startService({
      probeStatus: { control: { token: "s3cret-token-of-16" } },
    });
    expect((await runCli(["decommission", address])).stderr).toBe(
      `svc-status: http://${address}/probe_status?body=OFF requires a token (401). Set SVC_STATUS_TOKEN\n`,
    );
    const wrong = await runCli(["decommission", address, "--token", "wrong"]);
    expect(wrong.stderr).toContain("rejects the token (401)");
    expect(wrong.code).toBe(3);
    expect(probe.commissioned).toBe(true);
    const env = { SVC_STATUS_TOKEN: "s3cret-token-of-16" };
    expect((await runCli(["decommission", address], { env })).code).toBe(0);
    expect(probe.commissioned).toBe(false);
    expect((await runCli(["commission", address, "--token", "s3cret-token-of-16"])).code).toBe(0);
    expect(probe.commissioned).toBe(true);
  });

  test("refuse a token that no header can hold, without showing it", async () => {
    const { stderr } = await runCli(["commission", "127.0.0.1:1"], { env: { SVC_STATUS_TOKEN: "secret\n" } });
    expect(stderr).toBe(
      "svc-status: the token: expected visible ASCII characters without spaces or line ends\n",
    );
  });

  test("say what can be done about a refusal", async () => {
    const { address } = await startService({ probeStatus: { control: "off" } });
    expect(await runCli(["decommission", address])).toEqual({
      code: 3,
      stdout: "",
      stderr: `svc-status: http://${address}/probe_status?body=OFF refuses changes from here (403). Run this on the machine of the service, without a proxy, or configure a token (probeStatus.control)\n`,
    });
  });

  test.each([
    [400, "no \u001b[31mway\n", "rejects this: no way"],
    [404, "", "nothing found at"],
    [405, "", "is not a probe that can be changed (405)"],
    [200, "<html>", "answered 200, which is not a probe's answer"],
    [500, "OFF", "answered 500, which is not a probe's answer"],
    [302, "", "answered 302, which is not a probe's answer"],
  ])("believe nobody who answers %d %j", async (status, body, message) => {
    const address = await startHostile((_request, response) => response.writeHead(status).end(body));
    const { code, stdout, stderr } = await runCli(["decommission", address]);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  });

  test("send their token to nobody else", async () => {
    let asked = 0;
    const other = await startHostile((_request, response) => {
      asked += 1;
      response.end("OFF");
    });
    const address = await startHostile((_request, response) => {
      response.writeHead(307, { location: `http://${other}/probe_status?body=OFF` }).end();
    });
    const { code, stderr } = await runCli(["decommission", address, "--token", "secret"]);
    expect(stderr).toContain(`redirects to http://${other}/probe_status?body=OFF`);
    expect({ code, asked }).toEqual({ code: 3, asked: 0 });
  });
});

describe("svc-status commission, taken back", () => {
  test("says that a drain decommissions again", async () => {
    const { address, probe } = await startService();
    const drain = createDrain(createServer(), { probe, clock: createFakeClock() });
    void drain.start("SIGTERM");
    expect(await runCli(["commission", address])).toEqual({
      code: 3,
      stdout: "",
      stderr: `svc-status: http://${address} is not commissioned: it accepted the change, but its probe answers 503 OFF. It is shutting down, was decommissioned again, or a critical handler is RED (probeStatus.requireHealthy)\n`,
    });
    expect(probe.commissioned).toBe(false);
  });

  test("says that the probe looks at the handlers", async () => {
    const { address, registry } = await startService({ probeStatus: { requireHealthy: true } });
    registry.addStatusHandler("Database", () => ({ state: "RED" }));
    const { code, stderr } = await runCli(["commission", address]);
    expect(stderr).toContain("is not commissioned: it accepted the change, but its probe answers 503 RED. ");
    expect(code).toBe(3);
  });

  test("says when it cannot know", async () => {
    const address = await startHostile((request, response) => {
      if (request.method === "POST") response.end("OK");
      else request.socket.destroy();
    });
    const { code, stdout, stderr } = await runCli(["commission", address]);
    expect(stderr).toContain(
      `http://${address} accepted the change, but its probe cannot be read: no answer from http://${address}: `,
    );
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  });
});

describe("svc-status decommission, taken back", () => {
  test("says that somebody commissioned in between", async () => {
    const { address, probe } = await startService();
    probe.on("change", ({ commissioned }) => {
      if (!commissioned) queueMicrotask(() => probe.commission());
    });
    for (const options of [[], ["--wait"]]) {
      expect(await runCli(["decommission", address, ...options])).toEqual({
        code: 3,
        stdout: "",
        stderr: `svc-status: http://${address} is not decommissioned: it accepted the change, but its probe answers 200 OK. Was it commissioned again?\n`,
      });
    }
  });

  test("says which body another one has set", async () => {
    const { address, probe } = await startService(ORDERS);
    probe.on("change", ({ body }) => {
      if (body === "OFF") queueMicrotask(() => probe.decommission("up\u202egrading"));
    });
    expect(await runCli(["decommission", address])).toMatchObject({
      code: 0,
      stdout: `http://${address} (orders-7f9c:17) is decommissioned: its probe answers up grading\n`,
    });
  });

  test("believes 404 too, and no other code", async () => {
    const { address } = await startService({ probeStatus: { decommissionedStatus: 404 } });
    expect((await runCli(["decommission", address])).code).toBe(0);
    const broken = await startHostile((request, response) => {
      response.writeHead(request.method === "POST" ? 200 : 500).end("OFF");
    });
    const { code, stderr } = await runCli(["decommission", broken]);
    expect(stderr).toContain("but its probe answers 500 OFF. This is not a probe's answer");
    expect(code).toBe(3);
  });

  test("waits for a service that closes before it can be asked", async () => {
    const server = createServer((request, response) => {
      response.writeHead(200, { connection: "close" }).end("OFF");
      if (request.method === "POST") server.close();
    });
    const { port } = await listen(server);
    expect(await runCli(["decommission", `127.0.0.1:${port}`, "--wait", ...FAST])).toMatchObject({
      code: 0,
      stdout: `http://127.0.0.1:${port} has closed\n`,
    });
  });

  test("is not taken for a load balancer by a drain", async () => {
    const { address, probe } = await startService();
    const drain = createDrain(createServer(), { probe, fixedMs: 0 });
    for (const command of ["decommission", "commission", "decommission"])
      expect((await runCli([command, address])).code).toBe(0);
    expect((await drain.start()).probers).toEqual([]);
  });
});

describe("svc-status decommission --wait", () => {
  test("stays until the service has closed, and asks it nothing meanwhile: a drain counts who asks", async () => {
    const requests: string[] = [];
    let connections = 0;
    const answer = serviceStatus({ probe: createProbe(), ...ORDERS });
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
    const { port, close } = await listen(server);
    onTestFinished(close);
    server.on("connection", () => {
      connections += 1;
      if (connections === 5) void close();
    });
    const address = `127.0.0.1:${port}`;
    expect(await runCli(["decommission", address, "--wait", ...FAST])).toEqual({
      code: 0,
      stdout: `http://${address} (orders-7f9c:17) is decommissioned: its probe answers OFF\nhttp://${address} has closed\n`,
      stderr: `waiting until http://${address} has closed\n`,
    });
    expect(requests).toEqual(["POST /probe_status?body=OFF", "GET /probe_status"]);
    expect(connections).toBe(5);
  });

  test("gives up in time", async () => {
    const { address, probe } = await startService();
    const { code, stderr } = await runCli(["decommission", address, "-w", "-t", "300ms", ...FAST]);
    expect(stderr).toContain(
      `http://${address} still accepts connections after 300ms. Stop it, wait longer with --timeout, or check whether it was restarted`,
    );
    expect(code).toBe(3);
    expect(probe.body).toBe("OFF");
  });
});

describe("svc-status decommission with a reason", () => {
  test("says why, and until when, as a time or as a duration", async () => {
    const { address, probe } = await startService();
    const before = Date.now();
    const outcome = await runCli(["decommission", address, "--reason", "upgrade & more", "--until", "10m"]);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect([probe.reason, probe.by]).toEqual(["upgrade & more", "127.0.0.1"]);
    expect(probe.until?.getTime()).toBeGreaterThanOrEqual(before + 600_000);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect((await runCli(["decommission", address, "-u", until])).code).toBe(0);
    expect([probe.reason, probe.until?.toISOString()]).toEqual([undefined, until]);
    probe.commission();
  });

  test("changes nothing for a time that has passed or that is none", async () => {
    const { address, probe } = await startService();
    const past = await runCli(["decommission", address, "--until", "2020-01-01T00:00:00Z"]);
    expect([past.code, past.stderr.includes("until: expected a time in the future")]).toEqual([3, true]);
    const wrong = await runCli(["decommission", address, "--until", "tomorrow"]);
    expect([wrong.code, wrong.stderr.includes("--until: expected a number and a unit")]).toEqual([3, true]);
    expect(probe.commissioned).toBe(true);
  });
});

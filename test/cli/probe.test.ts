import { createServer } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { createProbe, MAX_PROBE_BODY_LENGTH } from "../../src/core/probe.ts";
import { runCli } from "../support/cli.ts";
import { listen } from "../support/listen.ts";
import { startHostile, startService } from "./service.ts";

const FAST = ["--interval", "20ms"];

describe("svc-status decommission and commission", () => {
  test("take a service out, and put it in again", async () => {
    const { address, probe } = await startService();
    expect(await runCli(["decommission", address])).toEqual({
      code: 0,
      stdout: `http://${address} is decommissioned: its probe answers OFF\n`,
      stderr: "",
    });
    expect(probe.body).toBe("OFF");
    expect(await runCli(["commission", address])).toEqual({
      code: 0,
      stdout: `http://${address} is commissioned\n`,
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
    ["OK", "--body OK would put the service in. Use: svc-status commission"],
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
      `svc-status: http://${address}/probe_status?body=OFF wants a token (401). Set SVC_STATUS_TOKEN to it\n`,
    );
    const wrong = await runCli(["decommission", address, "--token", "wrong"]);
    expect(wrong.stderr).toContain("does not know this token (401)");
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
      stderr: `svc-status: http://${address}/probe_status?body=OFF does not take this from here (403). Run it on the machine of the service, past any proxy, or let the service take a token (probeStatus.control)\n`,
    });
  });

  test.each([
    [400, "no \u001b[31mway\n", "does not take this body: no way"],
    [404, "", "there is nothing at"],
    [405, "", "is not a probe that can be changed (405)"],
    [200, "<html>", "answered 200, but not as a probe does"],
    [500, "OFF", "answered 500, but not as a probe does"],
    [302, "", "answered 302, but not as a probe does"],
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

describe("svc-status decommission --wait", () => {
  test("stays until the service has closed, and asks it nothing meanwhile: a drain counts who asks", async () => {
    const requests: string[] = [];
    let connections = 0;
    const answer = serviceStatus({ probe: createProbe() });
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
    const { port, close } = await listen(server);
    onTestFinished(close);
    server.on("connection", () => {
      connections += 1;
      if (connections === 4) void close();
    });
    const address = `127.0.0.1:${port}`;
    expect(await runCli(["decommission", address, "--wait", ...FAST])).toEqual({
      code: 0,
      stdout: `http://${address} is decommissioned: its probe answers OFF\nhttp://${address} has closed\n`,
      stderr: `waiting until http://${address} has closed\n`,
    });
    expect(requests).toEqual(["POST /probe_status?body=OFF"]);
    expect(connections).toBe(4);
  });

  test("gives up in time", async () => {
    const { address, probe } = await startService();
    const { code, stderr } = await runCli(["decommission", address, "-w", "-t", "300ms", ...FAST]);
    expect(stderr).toContain(
      `http://${address} still accepts connections after 300ms. End it, wait longer with --timeout, or look whether it was started anew`,
    );
    expect(code).toBe(3);
    expect(probe.body).toBe("OFF");
  });
});

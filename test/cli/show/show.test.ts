import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../../src/adapters/node.ts";
import { createStatusRegistry } from "../../../src/core/registry/registry.ts";
import { runCli } from "../../support/cli.ts";
import { startHostile, startService } from "../service.ts";

/** The lines, with every age as `N s`. */
function withoutAges(text: string): string[] {
  return text.replace(/\b\d+ (?=s\b)/g, "N ").split("\n");
}

describe("svc-status show", () => {
  test("shows a table, plain where it is piped, and exits with the overall state", async () => {
    const { address, registry } = await startService();
    registry.addStatusHandler("Database", () => ({ state: "OK" }));
    registry.addStatusHandler("Import", () => ({ state: "YELLOW", detail: "slow", labels: { rows: 7 } }));
    const { code, stdout, stderr } = await runCli(["show", address]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(withoutAges(stdout)).toEqual([
      "NAME      STATE   SINCE  DETAIL",
      "Import    YELLOW  N s    slow (rows=7)",
      "Database  OK      N s",
      "",
      "YELLOW: 1 of 2 not OK (Import)",
      "In service for N s",
      `${hostname()}:${process.pid}, started N s ago`,
      "",
    ]);
  });

  test.each([
    ["OK", 0],
    ["YELLOW", 1],
    ["RED", 2],
  ] as const)("exits for %s with %d", async (state, code) => {
    const { address, registry } = await startService();
    registry.addStatusHandler("A", () => ({ state }));
    expect(await runCli(["show", address, "--quiet"])).toEqual({ code, stdout: "", stderr: "" });
  });

  test("counts a RED handler that is not critical as the service does", async () => {
    const { address, registry } = await startService();
    registry.addStatusHandler("Extra", () => ({ state: "RED" }), { critical: false });
    const { code, stdout } = await runCli(["show", address]);
    expect(stdout).toMatch(/Extra {2}RED {5}\d+ s\n\nYELLOW: 1 of 1 failing \(Extra\)\n/);
    expect(code).toBe(1);
  });

  test("counts a RED handler as RED where the service does not tell more", async () => {
    const address = await startHostile(({ headers }, response) => {
      if (headers.accept === "application/json") response.end('{"A":{"state":"RED"}}');
      else response.writeHead(404).end();
    });
    expect((await runCli(["show", address, "-q"])).code).toBe(2);
  });

  test("is never better than YELLOW with a RED handler, even if that has recovered since", async () => {
    const address = await startHostile(({ headers }, response) =>
      response.end(headers.accept === "application/json" ? '{"A":{"state":"RED"}}' : '{"status":"pass"}'),
    );
    expect((await runCli(["show", address, "-q"])).code).toBe(1);
  });

  test("asks some handlers only", async () => {
    const { address, registry } = await startService();
    for (const name of ["A", "B & C", "D"]) registry.addStatusHandler(name, () => ({ state: "OK" }));
    const { stdout } = await runCli(["show", address, "--name", "A", "-n", "B & C", "--format=csv"]);
    expect(stdout).toBe("A\tOK\nB & C\tOK\n");
  });

  test("says that a handler is not there", async () => {
    const { address } = await startService();
    expect(await runCli(["show", address, "--name", "Databse"])).toEqual({
      code: 3,
      stdout: "",
      stderr: "svc-status: unknown handler: Databse\n",
    });
  });

  test("names only the handlers that are not there, and suggests the similar one", async () => {
    const { address, registry } = await startService();
    for (const name of ["CdnEdge", "DatabaseConnection"])
      registry.addStatusHandler(name, () => ({ state: "OK" }));
    const show = async (...names: string[]): Promise<string> =>
      (await runCli(["show", address, ...names.flatMap((name) => ["--name", name])])).stderr;
    expect(await show("CdnEdge", "Nope")).toBe("svc-status: unknown handler: Nope\n");
    expect(await show("DatabaseConection")).toBe(
      "svc-status: unknown handler: DatabaseConection; did you mean DatabaseConnection?\n",
    );
  });

  test.each([
    ["csv", "A\tYELLOW\n"],
    ["json", '{"A":{"state":"YELLOW","detail":"slow"}}\n'],
    ["prometheus", /^# HELP svc_status .*\n# TYPE svc_status untyped\nsvc_status\{name="A"\} 1\n$/],
    ["health", /^\{"status":"warn","checks":\{"A":\[\{.*"output":"slow"\}\]\}\}\n$/],
    ["nagios", "SVC WARNING - 1 of 1 not OK, A YELLOW: slow | 'A'=1;0;1;0;2\n"],
  ])("shows %s, and exits with the overall state", async (format, shown) => {
    const { address, registry } = await startService();
    registry.addStatusHandler("A", () => ({ state: "YELLOW", detail: "slow" }));
    const { code, stdout, stderr } = await runCli(["show", address, "--format", format]);
    expect(stdout).toMatch(shown);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  });

  test.each([
    ["RED", "YELLOW", 0],
    ["RED", "RED", 1],
    ["YELLOW", "OK", 0],
    ["YELLOW", "YELLOW", 1],
    ["YELLOW", "RED", 1],
  ] as const)("--fail-on %s exits for %s with %d", async (failOn, state, code) => {
    const { address, registry } = await startService();
    registry.addStatusHandler("A", () => ({ state }));
    expect((await runCli(["show", address, "--fail-on", failOn])).code).toBe(code);
  });

  test("--fail-on exits for no answer with 1, and says why", async () => {
    const { code, stderr } = await runCli(["show", "127.0.0.1:1", "--fail-on", "RED"]);
    expect(code).toBe(1);
    expect(stderr).toContain("connection refused");
  });

  test("tells monitoring plugins on standard output that there is no answer", async () => {
    expect(await runCli(["show", "127.0.0.1:1", "--format", "nagios"])).toEqual({
      code: 3,
      stdout:
        "SVC UNKNOWN - no answer from http://127.0.0.1:1: connection refused. Is the service running?\n",
      stderr: "",
    });
  });

  test("is OK where there are no handlers, as the service itself says", async () => {
    const { address } = await startService();
    const { code, stdout } = await runCli(["show", address]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^OK: no handlers are registered\nIn service for \d+ s\n/);
  });

  test("reads a status that comes with a code of its own", async () => {
    const { address, registry } = await startService({ svcStatus: { httpStatus: { RED: 500 } } });
    expect((await runCli(["show", address, "-q"])).code).toBe(0);
    registry.addStatusHandler("A", () => ({ state: "RED" }));
    expect((await runCli(["show", address, "-q"])).code).toBe(2);
  });

  test("asks over a unix socket", async () => {
    const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
    const socket = join(folder, "app.sock");
    const registry = createStatusRegistry();
    registry.addStatusHandler("A", () => ({ state: "OK" }));
    const server = createServer(serviceStatus({ registry, svcStatus: { path: "/status" } }));
    await new Promise<void>((resolve) => void server.listen(socket, resolve));
    onTestFinished(() => {
      server.close();
      rmSync(folder, { recursive: true });
    });
    const { code, stdout } = await runCli(["show", `unix:${socket}:/status`, "-f", "csv"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "A\tOK\n" });
    const { stderr } = await runCli(["show", `unix:${folder}/other.sock`]);
    expect(stderr).toBe(
      `svc-status: no answer from unix:${folder}/other.sock: no such socket. Is the service running?\n`,
    );
  });

  test("says that the time is over, not that the answer before was no status", async () => {
    const address = await startHostile(({ url = "" }, response) => {
      if (url.startsWith("/svc_status.report")) return void response.writeHead(404).end();
      // The overall state is asked for at two paths, and the second one hangs.
      if (url !== "/svc_status.health") response.end('{"A":{"state":"RED"}}');
    });
    const { code, stderr } = await runCli(["show", address, "--timeout", "2s"]);
    expect(stderr).toContain("no complete answer");
    expect(code).toBe(3);
  });

  test("sends headers, and those of a user in the URL", async () => {
    const seen: unknown[] = [];
    const address = await startHostile(({ headers }, response) => {
      seen.push([headers["x-tenant"], headers.authorization, headers.host]);
      response.end('{"A":{"state":"OK"}}');
    });
    await runCli(["show", address, "-H", "X-Tenant: a", "--header", "Host: example.org"]);
    await runCli(["show", `http://user:p%40ss@${address}`]);
    const first = ["a", undefined, "example.org"];
    const second = [undefined, `Basic ${btoa("user:p@ss")}`, address];
    expect(seen).toEqual([first, first, second, second]);
  });

  test("sends a header as often as it is given, and a password without a user", async () => {
    const seen: unknown[] = [];
    const address = await startHostile(({ headers }, response) => {
      seen.push([headers["x-tenant"], headers.cookie, headers.authorization]);
      response.end('{"A":{"state":"OK"}}');
    });
    await runCli([
      "show",
      address,
      "-H",
      "X-Tenant: a",
      "-H",
      "x-tenant: b",
      "-H",
      "Cookie: a=1",
      "-H",
      "Cookie: b=2",
    ]);
    await runCli(["show", `http://:p%40ss@${address}`]);
    const first = ["a, b", "a=1; b=2", undefined];
    const second = [undefined, undefined, `Basic ${btoa(":p@ss")}`];
    expect(seen).toEqual([first, first, second, second]);
  });

  test.each(["X-Tenant", "X Tenant: a", "X: a\nY: b", ": a", "X: \u{1f600}"])(
    "refuses %j as a header, without showing it",
    async (header) => {
      expect(await runCli(["show", "localhost", "--header", header])).toEqual({
        code: 3,
        stdout: "",
        stderr:
          "svc-status: --header: expected 'NAME: VALUE', in one line, without characters beyond Latin-1\n",
      });
    },
  );
});

describe("svc-status show, of a service with the report for tools", () => {
  test("folds what is RED because of another handler, and shows problems alone if told so", async () => {
    const { address, registry } = await startService();
    registry.addStatusHandler("Api", () => ({ state: "RED" }), { dependsOn: ["Database"] });
    registry.addStatusHandler("Exports", () => ({ state: "RED" }), { dependsOn: ["Api"] });
    registry.addStatusHandler("Cache", () => ({ state: "OK" }));
    registry.addStatusHandler("Database", () => ({ state: "RED", detail: "refused" }));
    const { code, stdout } = await runCli(["show", address, "--problems"]);
    expect(code).toBe(2);
    expect(stdout.split("\n").slice(1, 4)).toEqual([
      expect.stringMatching(/^Database {2}RED {5}\d+ s {4}refused$/),
      "  + 2 RED because of it: Api, Exports",
      "",
    ]);
    expect(stdout).not.toContain("Cache");
  });

  test("says until when it is decommissioned, to the second", async () => {
    const { address, registry, probe } = await startService();
    registry.addStatusHandler("A", () => ({ state: "OK" }));
    const until = new Date(Date.now() + 60_000);
    probe.decommission("OFF", { reason: "upgrade", until });
    const { stdout } = await runCli(["show", address]);
    const text = until.toISOString().slice(0, 19).replace("T", " ");
    expect(stdout).toMatch(/\nDecommissioned for \d+ s: upgrade, until [-:\d ]+ UTC\n/);
    expect(stdout).toContain(`until ${text} UTC\n`);
  });

  test("counts a decommissioned one as YELLOW, unless told otherwise, and says why", async () => {
    const { address, registry, probe } = await startService();
    registry.addStatusHandler("A", () => ({ state: "OK" }));
    probe.decommission("OFF", { reason: "upgrade", by: "ann" });
    const { code, stdout } = await runCli(["show", address]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nYELLOW: .*\nDecommissioned for \d+ s: upgrade, by ann\n/);
    const nagios = await runCli(["show", address, "-f", "nagios"]);
    expect(nagios.code).toBe(1);
    expect(nagios.stdout).toMatch(
      /^SVC WARNING - Decommissioned for \d+ s: upgrade, by ann, 1 of 1 handlers OK/,
    );
    expect((await runCli(["show", address, "-q", "--decommissioned", "OK"])).code).toBe(0);
    expect((await runCli(["show", address, "-q", "--decommissioned", "RED"])).code).toBe(2);
    expect((await runCli(["show", address, "-q", "--name", "A"])).code).toBe(0);
  });

  test("prints the report itself", async () => {
    const { address } = await startService();
    const { stdout } = await runCli(["show", address, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ probe: { state: "in-service" }, state: "OK", entries: [] });
  });

  test("shows the worst of several first to Nagios, which takes the first line for the status", async () => {
    const fine = await startService();
    fine.registry.addStatusHandler("A", () => ({ state: "OK" }));
    const broken = await startService();
    broken.registry.addStatusHandler("A", () => ({ state: "RED" }));
    const addresses = [fine.address, broken.address, fine.address];
    const { code, stdout } = await runCli(["show", ...addresses, "-f", "nagios"]);
    expect(code).toBe(2);
    const good = `SVC OK - http://${fine.address}: 1 of 1 handlers OK | 'A'=0;0;1;0;2`;
    expect(stdout.split("\n")).toEqual([
      `SVC CRITICAL - http://${broken.address}: 1 of 1 failing, A RED | 'A'=2;0;1;0;2`,
      good,
      good,
      "",
    ]);
  });

  test("says once which of several does not answer to Nagios", async () => {
    const fine = await startService();
    fine.registry.addStatusHandler("A", () => ({ state: "OK" }));
    const { code, stdout } = await runCli(["show", fine.address, "127.0.0.1:1", "-f", "nagios"]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^SVC UNKNOWN - no answer from http:\/\/127\.0\.0\.1:1: .*\nSVC OK - .*\n$/);
  });

  test("shows several, and exits with the worst, also if one does not answer", async () => {
    const [good, bad] = [await startService(), await startService()];
    bad.registry.addStatusHandler("A", () => ({ state: "RED" }));
    const { code, stdout } = await runCli(["show", good.address, bad.address]);
    expect(code).toBe(2);
    expect(stdout).toMatch(new RegExp(`^http://${good.address}\n[^]*\n\nhttp://${bad.address}\nNAME`));
    const dead = await runCli(["show", good.address, "localhost:1"]);
    expect(dead.code).toBe(3);
    expect(dead.stdout).toContain("\nhttp://localhost:1\nno answer from http://localhost:1");
    const both = await runCli(["show", good.address, "localhost:1", "--json"]);
    expect(JSON.parse(both.stdout)).toEqual([
      expect.objectContaining({ state: "OK" }),
      { failure: expect.stringContaining("no answer") },
    ]);
  });
});

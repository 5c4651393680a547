import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import recorded from "../../fixtures/lovely-ws-status-1.0.0.json" with { type: "json" };
import { BIN, runCli } from "../../support/cli.ts";
import { startProgram } from "../../support/program.ts";
import { startHostile } from "../service.ts";

const OK = '{"A":{"state":"OK"}}';

/** Answers these paths, and nothing else. What was asked for is put into `asked`. */
function answeringAt(bodies: Readonly<Record<string, string>>, asked: string[] = []): RequestListener {
  return ({ url = "", headers }, response) => {
    asked.push(`${url} ${headers.accept}`);
    const body = bodies[url];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  };
}

/** Answers as lovely-ws-status 1.0.0 did; what was not recorded with this `Accept`, as it did without. */
function answeringAsOriginal(scene: "empty" | "readme"): RequestListener {
  const { exchanges } = recorded[scene];
  return ({ url, headers: { accept } }, response) => {
    const found = exchanges.filter(({ request }) => request.method === "GET" && request.path === url);
    const wanted = found.find(({ request }) => (request.headers as { accept?: string }).accept === accept);
    const { status, contentType, body } = (wanted ?? found[0])?.response ?? NOT_FOUND;
    response.writeHead(status, { "content-type": contentType }).end(body);
  };
}

const NOT_FOUND = { status: 404, contentType: "text/plain", body: null };

describe("the original, lovely-ws-status 1.0.0", () => {
  test.each(["", "/svc_status", "/svc_status.json"])("is shown at %j", async (path) => {
    const address = await startHostile(answeringAsOriginal("readme"));
    const { code, stdout } = await runCli(["show", address + path]);
    expect(stdout).toContain("UserService         RED     Service not available\n");
    expect(code).toBe(2);
    const empty = await startHostile(answeringAsOriginal("empty"));
    expect(await runCli(["show", empty + path])).toMatchObject({
      code: 0,
      stdout: "OK: no handlers are registered\n",
    });
  });

  test.each([
    ["csv", "UserService\tRED\tService not available"],
    ["prometheus", 'svc_status{name="UserService"} 2'],
  ])("is shown as %s", async (format, line) => {
    const address = await startHostile(answeringAsOriginal("readme"));
    expect((await runCli(["show", address, "--format", format])).stdout.split("\n")).toContain(line);
  });
});

describe("the path of the status", () => {
  test("is asked itself, for JSON, where there is no report for tools, and nothing else", async () => {
    const asked: string[] = [];
    const address = await startHostile(answeringAt({ "/svc_status": OK }, asked));
    expect((await runCli(["show", address, "-q"])).code).toBe(0);
    expect(asked).toEqual(["/svc_status.report application/json", "/svc_status application/json"]);
  });

  test.each(["/health", "/status.php", "/svc_status"])("may be %s alone", async (path) => {
    const address = await startHostile(answeringAt({ [path]: OK }));
    expect((await runCli(["show", address + path, "-q"])).code).toBe(0);
    expect((await runCli(["wait", address + path, "-t", "5s"])).code).toBe(0);
    const watch = startProgram(process.execPath, [BIN, "watch", address + path]);
    expect(await watch.waitForLine(/ A OK$/)).toContain(path);
    watch.kill("SIGTERM");
  });

  test.each<[string, RequestListener]>([
    ["is not there", answeringAt({ "/svc_status.json": OK })],
    [
      "answers in another format, as a server does that ignores Accept",
      answeringAt({ "/svc_status": "A\tOK\n", "/svc_status.json": OK }),
    ],
    [
      "leads elsewhere",
      ({ url }, response) => {
        if (url === "/svc_status.json") response.end(OK);
        else response.writeHead(302, { location: "https://example.org/login" }).end();
      },
    ],
  ])("with the suffix of the format is asked where the path itself %s", async (_what, listener) => {
    expect((await runCli(["show", await startHostile(listener), "-q"])).code).toBe(0);
  });

  test("with a suffix is asked as it is, and no other", async () => {
    const asked: string[] = [];
    const address = await startHostile(answeringAt({ "/svc_status": OK }, asked));
    const { code, stderr } = await runCli(["show", `${address}/svc_status.json`]);
    expect(stderr).toContain(`nothing found at http://${address}/svc_status.json (404)`);
    expect(code).toBe(3);
    expect(asked).toEqual(["/svc_status.report application/json", "/svc_status.json application/json"]);
  });

  test("is what an error is about, where the suffix helps neither", async () => {
    const address = await startHostile(({ url }, response) =>
      response.writeHead(url === "/svc_status" ? 404 : 403).end(),
    );
    expect((await runCli(["show", address])).stderr).toBe(
      `svc-status: nothing found at http://${address}/svc_status (404). Use the full URL if the status has another path\n`,
    );
  });

  test.each([401, 403, 500, 503])("is not asked for in another way where it answers %d", async (status) => {
    const asked: string[] = [];
    const address = await startHostile(({ url = "" }, response) => {
      asked.push(url);
      response.writeHead(status).end();
    });
    expect((await runCli(["show", address])).code).toBe(3);
    expect(asked).toEqual(["/svc_status.report", "/svc_status"]);
  });

  test("is asked once more for the names of its handlers if it does not know one", async () => {
    const asked: string[] = [];
    const address = await startHostile(({ url = "" }, response) => {
      asked.push(url);
      response.writeHead(404).end("no status handler has this name\n");
    });
    expect((await runCli(["show", address, "--name", "B"])).stderr).toContain("unknown handler: B\n");
    expect(asked).toEqual([
      "/svc_status.report?name=B",
      "/svc_status?name=B",
      "/svc_status.report",
      "/svc_status",
    ]);
    expect((await runCli(["show", address, "--name", "A", "--name", "B"])).stderr).toContain(
      "unknown handler: A or B\n",
    );
  });

  test.each([
    ["csv", "A\tOK\n"],
    ["prometheus", '# TYPE svc_status untyped\nsvc_status{name="A"} 0\n'],
    ["health", '{"status":"pass"}\n'],
  ])("is asked for %s too, and the one with the suffix where it has something else", async (format, body) => {
    const plain = await startHostile(({ headers }, response) =>
      response.end(headers.accept === "application/json" ? OK : body),
    );
    // As the original answers, whose path alone has JSON and csv only.
    const suffixed = await startHostile(({ url, headers }, response) => {
      if (url === `/svc_status.${format}`) response.end(body);
      else response.end(headers.accept === "application/json" ? OK : "Database\tOK\n");
    });
    expect((await runCli(["show", plain, "-f", format])).stdout).toBe(body);
    if (format !== "csv") expect((await runCli(["show", suffixed, "-f", format])).stdout).toBe(body);
  });
});

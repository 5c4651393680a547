import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { BIN, runCli } from "../../support/cli.ts";
import { ask, serve } from "../../support/http.ts";
import { type Program, startProgram } from "../../support/program.ts";

/** Ends without waiting for balancers that are not there. */
const AT_ONCE = { fallbackMs: 0 };

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-serve-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function writeConfig(config: unknown, name = "status.json"): Promise<string> {
  const file = join(await makeFolder(), name);
  await writeFile(file, typeof config === "string" ? config : JSON.stringify(config));
  return file;
}

interface Serving extends Program {
  readonly port: number;
  /** The csv: `name<TAB>state` a line. */
  status(): Promise<string>;
}

async function startServing(args: readonly string[], env: readonly string[] = []): Promise<Serving> {
  const program = startProgram("env", [...env, process.execPath, BIN, "serve", "--port", "0", ...args]);
  const line = await program.waitForLine(/^listening on /);
  const port = Number(/:(\d+)$/.exec(line)?.[1]);
  return { ...program, port, status: async () => (await ask(port, "/svc_status")).body };
}

describe("svc-status serve", () => {
  test("without a configuration serves this machine, and says where", async () => {
    const { port, status, waitForLine, lines } = await startServing([]);
    await waitForLine(/probe_status$/);
    expect(lines).toEqual([
      `listening on http://127.0.0.1:${port}`,
      "checks: EventLoop, Memory, Disk /",
      `try: curl http://127.0.0.1:${port}/svc_status`,
      `try: curl http://127.0.0.1:${port}/probe_status`,
    ]);
    expect(await status()).toMatch(/^Disk \/\t\w+\nEventLoop\tOK\nMemory\t\w+\n$/);
    expect(await ask(port, "/probe_status")).toMatchObject({ status: 200, body: "OK" });
    expect(await ask(port, "/else")).toMatchObject({ status: 404 });
  });

  test("serves what a file names, its views among it, and the flags win", async () => {
    const { port: target } = await serve((_request, response) => response.end("well"));
    const file = await writeConfig({
      port: 1,
      checks: [
        {
          check: "http",
          name: "Service",
          target: `http://127.0.0.1:${target}`,
          options: { expectedBody: "well" },
        },
        { check: "tcp", name: "Closed", target: "127.0.0.1:1", critical: false },
        { check: "dns", target: "localhost" },
      ],
      svcStatus: { path: "/status", details: "never" },
      probeStatus: { control: { token: { env: "PROBE_TOKEN" } } },
      healthProbes: true,
    });
    const { port, waitForLine } = await startServing(["--config", file], ["PROBE_TOKEN=s3cret"]);
    expect((await ask(port, "/status")).body).toBe("Closed\tRED\nDNS localhost\tOK\nService\tOK\n");
    expect((await ask(port, "/status.json")).body).not.toContain("refused");
    expect(await ask(port, "/livez")).toMatchObject({ status: 200 });
    const post = { method: "POST" };
    expect(await ask(port, "/probe_status?body=OFF", post)).toMatchObject({ status: 401 });
    const headers = { authorization: "Bearer s3cret" };
    expect(await ask(port, "/probe_status?body=OFF", { ...post, headers })).toMatchObject({ status: 200 });
    expect(await waitForLine(/Closed/, 4)).toMatch(/^SVC001 Closed: none -> RED \(reported\) "refused: /);
  });

  test("serves the handlers of a module", async () => {
    const file = await writeConfig(
      `export default {
        checks: [
          { name: "Own", handler: () => ({ state: "YELLOW", detail: "\\u001b[31mso so" }) },
          { check: "memory" },
        ],
        svcStatus: { details: (request) => request.header("x-admin") === "yes" },
      };`,
      "status.mjs",
    );
    const { port, waitForLine } = await startServing(["-c", file]);
    expect((await ask(port, "/svc_status")).body).toBe("Memory\tOK\nOwn\tYELLOW\n");
    const asked = await ask(port, "/svc_status.json", { headers: { "x-admin": "yes" } });
    expect(asked.body).toContain("so so");
    expect((await ask(port, "/svc_status.json")).body).not.toContain("so so");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    expect(await waitForLine(/^SVC001 Own: none -> YELLOW/)).not.toMatch(/\u001b/);
  });

  test("listens on a Unix socket", async () => {
    const socket = join(await makeFolder(), "my status.sock");
    const { waitForLine } = startProgram(process.execPath, [BIN, "serve", "--socket", socket]);
    expect(await waitForLine(/^listening on /)).toBe(`listening on ${socket}`);
    expect(await waitForLine(/svc_status/)).toBe(
      `try: curl --unix-socket '${socket}' http://localhost/svc_status`,
    );
    const body = await new Promise((resolve, reject) => {
      request({ socketPath: socket, path: "/probe_status" }, (response) => resolve(text(response)))
        .on("error", reject)
        .end();
    });
    expect(body).toBe("OK");
  });

  test("tells every mistake of a file and ends with 3", async () => {
    const file = await writeConfig({
      prot: 1,
      checks: [
        { check: "memory" },
        { check: "postgres" },
        { check: "disk", target: "/", timeoutMs: "fast" },
        { check: "memory" },
        { check: "tcp", target: "a:99999" },
        { check: "clock", name: "X", dependsOn: ["Y", "Disk /"] },
        { check: "clock", name: "Y", dependsOn: ["X"] },
      ],
      svcStatus: { path: 1 },
      probeStatus: { control: { token: { env: "NOT_SET" } } },
    });
    const { code, stdout, stderr } = await runCli(["serve", "--config", file]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr.split("\n")).toEqual([
      `${file}: prot: unknown key; did you mean port?`,
      expect.stringMatching(/: checks\[1\]\.check: postgres needs a client: .*a module \(\.mjs\)/),
      `${file}: checks[2].timeoutMs: expected a number ≥ 1, got "fast"`,
      `${file}: svcStatus.path: expected a decoded path such as "/svc_status", without query and final slash, got 1`,
      `${file}: checks[4].target: port: expected an integer from 1 to 65535, got 99999`,
      `${file}: checks[3].name: has the same name as checks[0], "Memory": set name for one of them`,
      `${file}: checks[5].dependsOn: expected no cycle, got "X" -> "Y" -> "X"`,
      `${file}: checks[6].dependsOn: expected no cycle, got "Y" -> "X" -> "Y"`,
      expect.stringMatching(/: probeStatus\.control\.token: .*NOT_SET/),
      "",
    ]);
  });

  test.each([
    [
      "status.json",
      '{\n "port": 1,\n}',
      'line 3, column 1: expected a property name in double quotes, got "}"',
    ],
    ["status.json", "\ufeff[]", "expected an object, got an array"],
    ["status.yaml", "port: 1", "YAML is not supported; use .json or .mjs"],
    ["STATUS.YML", "{}", "YAML is not supported; use .json or .mjs"],
    ["status.js", "module.exports = {};", "expected a .json file or a module that ends in .mjs"],
    ["status.mjs", "export const config = {};", "has no default export"],
    ["status.mjs", "export default {", "cannot be loaded: Unexpected end of input"],
    ["status.mjs", "throw new Error('a\\u001b[2Jb')", "cannot be loaded: a [2Jb"],
    [
      "status.mjs",
      "export default { checks: [{ name: 'A', handler: 1 }] };",
      "checks[0].handler: expected a function or an object with a status() method, got 1",
    ],
  ])("%s with %j: %s", async (name, content, told) => {
    const file = await writeConfig(content, name);
    expect(await runCli(["serve", "--config", file])).toEqual({
      code: 3,
      stdout: "",
      stderr: `${file}: ${told}\n`,
    });
  });

  test.each(["json", "mjs"])("a .%s file that is not there is told as that", async (suffix) => {
    const { code, stderr } = await runCli(["serve", "--config", `/nowhere/status.${suffix}`]);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: `/nowhere/status.${suffix}: cannot be read: there is no such file\n`,
    });
  });

  test("a port in use is told in one line", async () => {
    const { port } = await serve((_request, response) => response.end());
    const { code, stdout, stderr } = await runCli(["serve", "--port", String(port)]);
    expect({ code, stdout, stderr }).toEqual({
      code: 3,
      stdout: "",
      stderr: `svc-status: cannot listen on port ${port} of 127.0.0.1: it is in use. Choose another one with --port\n`,
    });
  });
});

test.each([
  [`/${"x".repeat(200)}`, "the path of a socket: expected at most 103 bytes, got 201"],
  [
    "/no/such/folder/a.sock",
    "cannot listen on /no/such/folder/a.sock: no permission, or no such folder. Choose another one with --socket",
  ],
])("a socket that cannot be is told in one line: %s", async (socket, message) => {
  expect(await runCli(["serve", "--socket", socket])).toEqual({
    code: 3,
    stdout: "",
    stderr: `svc-status: ${message}\n`,
  });
});

test.each([
  ["--port", "0"],
  ["--host", "localhost"],
])("a socket and %s are not listened on both", async (...flag) => {
  expect(await runCli(["serve", "--socket", "a.sock", ...flag])).toEqual({
    code: 3,
    stdout: "",
    stderr: "svc-status: --socket cannot be combined with --host and --port. Use one or the other\n",
  });
});

test("a socket that is in use, or was left behind, is told in one line", async () => {
  const socket = join(await makeFolder(), "status.sock");
  const program = startProgram(process.execPath, [BIN, "serve", "--socket", socket]);
  await program.waitForLine(/^listening on /);
  expect(await runCli(["serve", "--socket", socket])).toMatchObject({
    code: 3,
    stderr: `svc-status: cannot listen on ${socket}: it is in use, or was left behind: remove it, or choose another one with --socket\n`,
  });
});

describe("at SIGHUP", () => {
  test("the file is read again; what is the same keeps its history, the views change", async () => {
    const memory = { check: "memory", intervalMs: 3_600_000 };
    const file = await writeConfig({
      checks: [memory, { check: "tcp", name: "Port", target: "127.0.0.1:1" }],
    });
    const { port, status, kill, waitForLine } = await startServing(["--config", file]);
    const { body } = await ask(port, "/svc_status.prometheus");
    expect(body).toContain('{name="Port"} 2');
    await writeFile(
      file,
      JSON.stringify({
        port: 9_999,
        checks: [memory, { check: "clock" }],
        svcStatus: { path: "/status" },
        drain: { capMs: 1 },
      }),
    );
    kill("SIGHUP");
    expect(await waitForLine(/^SIGHUP: added/)).toBe("SIGHUP: added Clock, removed Port");
    expect(await waitForLine(/restart/)).toBe("SIGHUP: port, drain changes take effect after a restart");
    expect((await ask(port, "/svc_status")).status).toBe(404);
    expect((await ask(port, "/status")).body).toBe("Clock\tOK\nMemory\tOK\n");
    expect(await status()).toBe("not found\n");
  });

  test("a file with mistakes changes nothing, and is told with all of them", async () => {
    const file = await writeConfig({ checks: [{ check: "memory" }] });
    const { status, kill, waitForLine, lines } = await startServing(["--config", file]);
    await waitForLine(/probe_status$/);
    await writeFile(file, JSON.stringify({ checks: [{ check: "memroy" }], drain: 1 }));
    kill("SIGHUP");
    await waitForLine(/^SIGHUP/);
    expect(lines.slice(4)).toEqual([
      expect.stringMatching(/checks\[0\]\.check: expected .*, got "memroy"; did you mean memory\?$/),
      expect.stringMatching(/drain: expected an object, got 1$/),
      "SIGHUP: nothing was changed, because the configuration has mistakes",
    ]);
    expect(await status()).toBe("Memory\tOK\n");

    await writeFile(file, JSON.stringify({ checks: [{ check: "memory" }] }));
    kill("SIGHUP");
    expect(await waitForLine(/^SIGHUP/, lines.length)).toBe("SIGHUP: reloaded, no check has changed");
  });

  test("a module is evaluated again", async () => {
    const source = (state: string) =>
      `export default { checks: [{ name: "Own", handler: () => ({ state: "${state}" }) }] };`;
    const file = await writeConfig(source("OK"), "status.mjs");
    const { status, kill, waitForLine } = await startServing(["--config", file]);
    expect(await status()).toBe("Own\tOK\n");
    await writeFile(file, source("RED"));
    kill("SIGHUP");
    expect(await waitForLine(/^SIGHUP/)).toBe("SIGHUP: changed Own");
    expect(await status()).toBe("Own\tRED\n");
  });

  test.each([
    [
      "a class",
      "class Own { status() {} }",
      /checks\[0\]\.handler: expected a function or .* got the class Own$/,
    ],
    [
      "a trap",
      "{ get status() { throw new Error('no'); } }",
      /handler: expected a function or .* got an object$/,
    ],
  ])("a module with %s for a handler changes nothing", async (_what, handler, told) => {
    const file = await writeConfig("export default { checks: [{ check: 'memory' }] };", "status.mjs");
    const { status, kill, waitForLine } = await startServing(["--config", file]);
    await writeFile(file, `export default { checks: [{ name: "Own", handler: ${handler} }] };`);
    kill("SIGHUP");
    expect(await waitForLine(/handler/)).toMatch(told);
    await waitForLine(/^SIGHUP: nothing was changed/);
    expect(await status()).toBe("Memory\tOK\n");
  });

  test("a module that breaks when it is looked at changes nothing", async () => {
    const file = await writeConfig("export default { checks: [{ check: 'memory' }] };", "status.mjs");
    const { status, kill, waitForLine } = await startServing(["--config", file]);
    await writeFile(file, "export default { get checks() { throw new Error('not now'); } };");
    kill("SIGHUP");
    expect(await waitForLine(/not now/)).toBe(`${file}: cannot be read: not now`);
    expect(await waitForLine(/^SIGHUP/)).toContain("nothing was changed");
    expect(await status()).toBe("Memory\tOK\n");
  });

  test("without a file there is nothing to read", async () => {
    const { kill, waitForLine, status } = await startServing([]);
    kill("SIGHUP");
    expect(await waitForLine(/^SIGHUP/)).toBe("SIGHUP: no configuration to reload");
    expect(await status()).toContain("EventLoop");
  });
});

describe("at the end", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s drains, and is what ended it", async (signal) => {
    const file = await writeConfig({ checks: [], drain: AT_ONCE });
    const { kill, lines, exit, waitForLine } = await startServing(["--config", file]);
    await waitForLine(/probe_status$/);
    kill(signal);
    expect(await exit).toEqual({ code: null, signal });
    expect(lines.slice(4)).toEqual([
      `SVC018 ${signal}: decommissioned, waiting for the load balancers to leave`,
      expect.stringMatching(/^SVC020 drained in [0-4]\.\d s: no probers seen/),
    ]);
  });

  test("the probe says that it leaves, and a second signal ends it at once", async () => {
    const { port, kill, exit, waitForLine } = await startServing([]);
    kill("SIGTERM");
    await waitForLine(/^SVC018 SIGTERM: decommissioned/);
    expect(await ask(port, "/probe_status")).toMatchObject({ status: 503, body: "OFF" });
    kill("SIGTERM");
    expect(await waitForLine(/at once/)).toBe("SVC025 SIGTERM while draining: exiting at once");
    expect(await exit).toEqual({ code: null, signal: "SIGTERM" });
  });
});

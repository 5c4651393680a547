import { spawn } from "node:child_process";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { curl } from "../support/curl.ts";
import { findFreePort } from "../support/free-port.ts";
import { type Answer, ask, serve } from "../support/http.ts";
import { waitForAnswer } from "../support/sentinel.ts";

const root = join(import.meta.dirname, "../..");

/** PostgreSQL starts in two or three seconds, but not on a machine that is busy with other tests. */
const TIMEOUT_MS = 60_000;

/** Nothing listens there, so that a demo which does not need its database starts at once. */
const NO_DATABASE = "postgres://notes@127.0.0.1:1/notes";

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly complaints: string;
}

interface Demo {
  /** What it has printed so far. */
  readonly lines: readonly string[];
  /** Resolves when it has said what to try. */
  readonly ready: Promise<void>;
  readonly ended: Promise<Ending>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts the demo with these variables, and none that this process happens to have. */
function startDemo(variables: Readonly<Record<string, string>>): Demo {
  const { PATH } = process.env;
  const child = spawn(process.execPath, ["examples/demo/main.mjs"], {
    cwd: root,
    env: { PATH, ...variables },
  });
  const lines: string[] = [];
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    complaints += chunk;
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, complaints }));
  });
  const ready = new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      if (line === "Press Ctrl-C to stop it.") resolve();
    });
    ended.then((ending) => reject(new Error(`the demo ended: ${JSON.stringify(ending)}`)), reject);
  });
  ready.catch(() => {}); // those that must not start are waited for by their end
  return { lines, ready, ended, kill: (signal) => child.kill(signal) };
}

function commandsOf({ lines }: Demo): string[] {
  return lines.map((line) => line.trim()).filter((line) => line.startsWith("curl "));
}

function portOf(demo: Demo): number {
  return portsOf(demo)[0] ?? 0;
}

/** That of the service, and that of its sentinel. */
function portsOf(demo: Demo): number[] {
  const found = demo.lines.join("\n").matchAll(/http:\/\/127\.0\.0\.1:(\d+)/g);
  return [...new Set(Array.from(found, ([, port]) => Number(port)))];
}

describe("the demo", () => {
  let demo: Demo;
  let port: number;

  beforeAll(async () => {
    demo = startDemo({ PORT: "0", IMPORT_STEP_MS: "20", BLOCK_MS: "4000" });
    await demo.ready;
    port = portOf(demo);
  }, TIMEOUT_MS);

  afterAll(async () => {
    demo.kill("SIGKILL");
    await demo.ended;
  });

  function post(target: string): Promise<Answer> {
    return ask(port, target, { method: "POST" });
  }

  async function statusOf(name: string): Promise<Record<string, unknown>> {
    const { body } = await ask(port, `/svc_status.json?name=${name}`);
    return (JSON.parse(body) as Record<string, Record<string, unknown>>)[name] ?? {};
  }

  test("prints commands that work, one after the other", { timeout: TIMEOUT_MS }, async () => {
    const answers: [command: string, status: number][] = [];
    for (const command of commandsOf(demo)) {
      const { status } = await curl(command, new Map(portsOf(demo).map((own) => [own, own])));
      answers.push([command, status]);
    }
    expect(answers.length).toBeGreaterThan(10);
    expect(answers.filter(([, status]) => status !== 200)).toEqual([]);
  });

  test("says the same at its address as in the terminal", async () => {
    const { body } = await ask(port, "/");
    expect(commandsOf({ ...demo, lines: body.split("\n") })).toEqual(commandsOf(demo));
  });

  test("reports its handlers, six of which need the database", async () => {
    const { body } = await ask(port, "/svc_status");
    expect(body.replace(/ImportJob\t(?:OK|YELLOW|RED)/, "ImportJob\tOK")).toBe(
      [
        "Accounts",
        "DatabaseConnection",
        "Exports",
        "ImportJob",
        "Invoices",
        "Notes",
        "Search",
        "Sessions",
        "UserService",
        "",
      ].join("\tOK\n"),
    );
  });

  test("shows browsers a panel", async () => {
    const { headers, body } = await ask(port, "/", { headers: { accept: "text/html,*/*" } });
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(body).toContain("Try this first");
  });

  test("reports in every format", async () => {
    const suffixes = [".csv", ".json", ".prometheus", ".health"];
    const answers = await Promise.all(suffixes.map((suffix) => ask(port, `/svc_status${suffix}`)));
    expect(answers.map(({ headers }) => headers["content-type"])).toEqual([
      "text/csv; charset=utf-8",
      "application/json",
      "text/plain; version=0.0.4; charset=utf-8",
      "application/health+json",
    ]);
  });

  test("reports a database that is stopped, and that it is back", { timeout: TIMEOUT_MS }, async () => {
    expect(await statusOf("DatabaseConnection")).toEqual({ state: "OK" });
    await post("/demo/database/stop");
    expect(await statusOf("DatabaseConnection")).toEqual({ state: "RED", detail: "PGlite is closed" });
    expect((await ask(port, "/notes")).status).toBe(503);
    await post("/demo/database/start");
    expect(await statusOf("DatabaseConnection")).toEqual({ state: "OK" });
  });

  test("reports a user service that is stopped, and that it is back", async () => {
    expect(await statusOf("UserService")).toEqual({ state: "OK", labels: { users: 2 } });
    await post("/demo/user-service/stop");
    const { state, detail } = await statusOf("UserService");
    expect([state, detail]).toEqual(["RED", expect.stringContaining("connect ECONNREFUSED 127.0.0.1:")]);
    await post("/demo/user-service/start");
    expect(await statusOf("UserService")).toEqual({ state: "OK", labels: { users: 2 } });
  });

  test("is decommissioned and commissioned", async () => {
    expect(await ask(port, "/probe_status")).toMatchObject({ status: 200, body: "OK" });
    await post("/probe_status?body=OFF");
    expect(await ask(port, "/probe_status")).toMatchObject({ status: 503, body: "OFF" });
    await post("/probe_status");
    expect(await ask(port, "/probe_status")).toMatchObject({ status: 200, body: "OK" });
  });

  test("has a sentinel that answers while the main thread is busy", async () => {
    const sentinelPort = portsOf(demo)[1] ?? 0;
    const { body } = await post("/demo/block");
    expect(body).toBe("the main thread is busy for 4 s\n");
    await waitForAnswer(sentinelPort, "/livez", /^ok, main thread busy for \d s$/);
    await waitForAnswer(sentinelPort, "/livez", "ok");
  });

  test("has an import job that goes through all states by itself", async () => {
    const seen = new Set<unknown>();
    while (seen.size < 3) seen.add((await statusOf("ImportJob"))["state"]);
    expect([...seen].sort()).toEqual(["OK", "RED", "YELLOW"]);
    // The lines come another way than the answers, and may be read after them.
    for (const line of ['YELLOW -> OK "running"', 'OK -> RED "stopped: row 121 cannot be read"'])
      await expect.poll(() => demo.lines).toContain(`state change: ${line}`);
  });

  test("keeps notes", async () => {
    const { body } = await ask(port, "/notes", { method: "POST", body: "buy 'milk'; DROP TABLE notes" });
    expect(body).toMatch(/^\d+ buy 'milk'; DROP TABLE notes\n$/);
    expect((await ask(port, "/notes")).body).toContain(body);
  });

  test("warns only while its import job is RED", async () => {
    let report = { status: "", checks: { ImportJob: [{ status: "" }] } };
    while (report.checks.ImportJob[0]?.status !== "fail") {
      report = JSON.parse((await ask(port, "/svc_status.health")).body) as typeof report;
    }
    expect(report.status).toBe("warn");
  });

  test("answers 404 where there is nothing", async () => {
    expect((await ask(port, "/nothing")).status).toBe(404);
  });
});

describe("a demo whose database does not answer", () => {
  test("starts and says so", { timeout: TIMEOUT_MS }, async () => {
    const demo = startDemo({ PORT: "0", DATABASE_URL: NO_DATABASE });
    onTestFinished(() => demo.kill("SIGKILL"));
    await demo.ready;
    const { body } = await ask(portOf(demo), "/svc_status.json?name=DatabaseConnection");
    expect(JSON.parse(body)).toEqual({
      DatabaseConnection: { state: "RED", detail: "connect ECONNREFUSED 127.0.0.1:1" },
    });
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "answers what it was asked before %s, and ends by that signal",
    { timeout: TIMEOUT_MS },
    async (signal) => {
      const demo = startDemo({ PORT: "0", DATABASE_URL: NO_DATABASE });
      onTestFinished(() => demo.kill("SIGKILL"));
      await demo.ready;
      const headers = { Expect: "100-continue", "Content-Length": 3 };
      const target = { host: "127.0.0.1", port: portOf(demo), path: "/notes", agent: false };
      const question = request({ ...target, method: "POST", headers });
      question.flushHeaders();
      await once(question, "continue");

      demo.kill(signal);
      question.end("tea");

      const [answer] = (await once(question, "response")) as [IncomingMessage];
      expect(answer.statusCode).toBe(503);
      answer.resume();
      expect(await demo.ended).toEqual({ code: null, signal, complaints: "" });
    },
  );
});

describe("a demo that is starting", () => {
  test("answers every request that it accepts, from the first one on", { timeout: TIMEOUT_MS }, async () => {
    const port = await findFreePort();
    const demo = startDemo({ PORT: String(port), SENTINEL_PORT: "0", DATABASE_URL: NO_DATABASE });
    onTestFinished(() => demo.kill("SIGKILL"));
    let isReady = false;
    void demo.ready.then(() => {
      isReady = true;
    });
    const answers: Promise<Answer>[] = [];
    let refusals = 0;
    while (!isReady || answers.length < 20) {
      if (await isListening(port)) answers.push(ask(port, "/svc_status?name=ImportJob"));
      else refusals += 1;
    }
    const bodies = (await Promise.all(answers)).map(({ status, body }) => `${status} ${body}`);
    expect(refusals).toBeGreaterThan(0);
    expect([...new Set(bodies)]).toEqual(["200 ImportJob\tYELLOW\n"]);
  });
});

/** Whether a connection to this port is accepted. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

test("the balancer keeps connections for longer than the main thread is blocked", async () => {
  const { Balancer } = await import(join(root, "examples/demo/rolling/balancer.mjs"));
  const balancer = new Balancer();
  onTestFinished(() => balancer.stop());
  const { headers } = await fetch(`http://127.0.0.1:${await balancer.start()}/`);
  expect(headers.get("keep-alive")).toBe("timeout=65");
});

describe("a demo that cannot start", () => {
  test("says that its port is taken", { timeout: TIMEOUT_MS }, async () => {
    const { port } = await serve((_request, response) => response.end());
    const { code, complaints } = await startDemo({ PORT: String(port) }).ended;
    expect(complaints).toBe(`port ${port} is taken; PORT=0 npm start takes a free one\n`);
    expect(code).toBe(1);
  });

  test("says that its sentinel's port is taken", { timeout: TIMEOUT_MS }, async () => {
    const { port } = await serve((_request, response) => response.end());
    const { code, complaints } = await startDemo({ PORT: "0", SENTINEL_PORT: String(port) }).ended;
    expect(complaints).toBe(`port ${port} is taken; SENTINEL_PORT=0 npm start takes a free one\n`);
    expect(code).toBe(1);
  });

  test("names a port that is free for both while another demo runs", { timeout: TIMEOUT_MS }, async () => {
    const { port } = await serve((_request, response) => response.end());
    const { code, complaints } = await startDemo({ PORT: String(port - 1) }).ended;
    expect(complaints).toBe(`port ${port} is taken; PORT=0 npm start takes a free one\n`);
    expect(code).toBe(1);
  });

  test.each(["abc", "-1", "65536", "80.5", "0x50", ""])(
    "says that PORT=%s is none",
    { timeout: TIMEOUT_MS },
    async (port) => {
      const { code, complaints } = await startDemo({ PORT: port }).ended;
      expect(complaints).toBe(`PORT: expected a number from 0 to 65535, got ${JSON.stringify(port)}\n`);
      expect(code).toBe(1);
    },
  );
});

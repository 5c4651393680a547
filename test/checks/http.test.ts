import { createServer, type RequestListener } from "node:http";
import { expect, test } from "vitest";
import { type HttpOptions, http } from "../../src/checks/http.ts";
import { type Asked, ask, describeCheck, SECRET } from "../contract/check.ts";
import { findFreePort } from "../support/free-port.ts";
import { listen, UNRESOLVABLE_HOST } from "../support/listen.ts";

/** A real HTTP server that answers everything alike. */
async function serve(answer: RequestListener, options?: HttpOptions): Promise<Asked> {
  const { port, close } = await listen(createServer(answer));
  return { handler: http(`http://127.0.0.1:${port}/svc_status.json?token=${SECRET}`, options), close };
}

function answerWith(status: number, body: unknown = "", headers = {}): RequestListener {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return (_request, response) => response.writeHead(status, headers).end(text);
}

const health = { "content-type": "application/health+json" };

describeCheck({
  name: "http",
  well: () =>
    serve(answerWith(200, { db: { replicas: [{ state: "up" }] } }), {
      expectedStatus: [200, 204],
      expectedBody: "replicas",
      expectedJson: { "db.replicas.0.state": "up" },
    }),
  broken: {
    "refused: ": async () => ({
      handler: http(`http://127.0.0.1:${await findFreePort()}/?password=${SECRET}`),
    }),
    "DNS: ": () => ({ handler: http(`http://${UNRESOLVABLE_HOST}/?password=${SECRET}`) }),
    "TLS: ": async () => {
      const { port, close } = await listen(createServer(answerWith(200)));
      return { handler: http(`https://127.0.0.1:${port}/?password=${SECRET}`), close };
    },
    "authentication: HTTP status 401": () => serve(answerWith(401, SECRET, { "set-cookie": SECRET })),
    "wrong answer: HTTP status 500": () => serve(answerWith(500, SECRET)),
    "wrong answer: HTTP status 302": () => serve(answerWith(302, "", { location: `/login?token=${SECRET}` })),
    "wrong answer: HTTP status 503": () => serve(answerWith(503)),
    "wrong answer: HTTP status 200": () => serve(answerWith(200), { expectedStatus: 204 }),
    "wrong answer: the body is not the expected one": () =>
      serve(answerWith(200, SECRET), { expectedBody: (body) => body === "fine" }),
    "wrong answer: the body is not JSON": () => serve(answerWith(200, SECRET), { expectedJson: { a: 1 } }),
    'wrong answer: db.state is not "up"': () =>
      serve(answerWith(200, { db: { state: SECRET } }), { expectedJson: { "db.state": "up" } }),
    "wrong answer: the body is longer than 10 bytes": () =>
      serve(answerWith(200, "x".repeat(100_000)), { maxBodyBytes: 10 }),
    "closed: ": () => serve((request) => request.socket.destroy()),
    "HTTP status 200, answered in": () => serve(answerWith(200), { maxLatencyMs: 0 }),
    "Database is RED, Cache is YELLOW": () =>
      serve(
        answerWith(200, {
          Database: { state: "RED", detail: SECRET },
          Cache: { state: "YELLOW" },
          Queue: { state: "OK" },
        }),
        { report: "svc-status" },
      ),
    "wrong answer: Database has no state": () =>
      serve(answerWith(200, { Database: "fine" }), { report: "svc-status" }),
    "wrong answer: the body is no svc-status report": () =>
      serve(answerWith(200, "[]"), { report: "svc-status" }),
    "reports fail, HTTP status 503": () =>
      serve(answerWith(503, { status: "fail", output: SECRET }, health), { report: "health+json" }),
    "wrong answer: the report has no known status": () =>
      serve(answerWith(200, { status: "fine" }, health), { report: "health+json" }),
  },
  worrying: {
    "Cache is YELLOW": () =>
      serve(answerWith(200, { Cache: { state: "YELLOW" }, Queue: { state: "OK" } }), {
        report: "svc-status",
      }),
    "reports warn": () => serve(answerWith(200, { status: "warn" }, health), { report: "health+json" }),
    "(YELLOW from 0.0 ms)": () => serve(answerWith(200), { warnLatencyMs: 0 }),
  },
  async unanswered() {
    let asked = (): void => {};
    let cancelled = (): void => {};
    const server = createServer((request) => {
      asked();
      request.socket.once("close", () => cancelled());
    });
    const { port, close } = await listen(server);
    return {
      handler: http(`http://127.0.0.1:${port}`),
      close,
      asked: new Promise<void>((resolve) => (asked = resolve)),
      cancelled: new Promise<void>((resolve) => (cancelled = resolve)),
    };
  },
  mistakes: {
    "url: expected an absolute URL": () => http(`/path?token=${SECRET}`),
    'url: protocol: expected "http:" or "https:", got "ftp:"': () => http("ftp://files"),
    "url: expected no user name and no password": () => http(`http://me:${SECRET}@users`),
    "expectedStatus: expected an integer from 100 to 599": () => http("http://users", { expectedStatus: 0 }),
    "redirect: expected": () => http("http://users", { redirect: "error" as "follow" }),
    "report: expected": () => http("http://users", { report: "json" as "svc-status" }),
    'options: unknown option "status"': () => http("http://users", { status: 200 } as object),
  },
});

test("closes its connection after each answer", async () => {
  const listening = await listen(createServer(answerWith(200)));
  const { status } = await ask(http(`http://127.0.0.1:${listening.port}`));
  expect(status.state).toBe("OK");
  // `fetch` would keep an idle connection for 4 s.
  await expect.poll(() => listening.connections, { interval: 5, timeout: 4_000 }).toBe(0);
  await listening.close();
});

test("sends its own method and headers", async () => {
  const asked = await serve(
    (request, response) => response.end(`${request.method} ${request.headers.authorization}`),
    { method: "POST", headers: { authorization: "Bearer x" }, expectedBody: "POST Bearer x" },
  );
  expect((await ask(asked.handler)).status.state).toBe("OK");
  await asked.close?.();
});

test("sends none of its headers to another origin that it is redirected to", async () => {
  const got: (string | undefined)[] = [];
  const other = await listen(
    createServer(({ headers }, response) => {
      got.push(headers.authorization, headers.cookie, headers["x-api-key"] as string | undefined);
      response.end("there");
    }),
  );
  const asked = await serve(answerWith(307, "", { location: `http://127.0.0.1:${other.port}/` }), {
    redirect: "follow",
    headers: { authorization: SECRET, cookie: SECRET, "x-api-key": SECRET },
    expectedBody: "there",
  });
  expect((await ask(asked.handler)).status.state).toBe("OK");
  expect(got).toEqual([undefined, undefined, undefined]);
  await asked.close?.();
  await other.close();
});

test("holds no connection of a redirect that it follows", async () => {
  const listening = await listen(
    createServer((request, response) =>
      request.url === "/end" ? response.end() : response.writeHead(302, { location: "/end" }).write("…"),
    ),
  );
  await ask(http(`http://127.0.0.1:${listening.port}`, { redirect: "follow" }));
  // `fetch` keeps the idle connection of the last response for 4 s. That of the redirect would never end.
  await expect.poll(() => listening.connections, { interval: 5 }).toBe(0);
  await listening.close();
});

test("follows a redirect when it is told to", async () => {
  const answer: RequestListener = (request, response) =>
    request.url === "/end" ? response.end("there") : response.writeHead(302, { location: "/end" }).end();
  const asked = await serve(answer, { redirect: "follow", expectedBody: "there" });
  expect((await ask(asked.handler)).status.state).toBe("OK");
  await asked.close?.();
});

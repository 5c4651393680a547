import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";

const PANEL = readFileSync(new URL("panel.html", import.meta.url));

const PANEL_HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
};

const TABLE = "CREATE TABLE IF NOT EXISTS notes (id SERIAL PRIMARY KEY, text TEXT NOT NULL)";

/** The purpose of the service: notes. Its switches break it, so that you can watch its status change. */
export function createApp({ database, userService, rollingRestart, describe, getUrls, blockMs }) {
  const routes = {
    "GET /": () => describe(),
    "GET /demo/state": () => JSON.stringify({ ...getUrls(), blockMs, restart: rollingRestart.state }),
    "GET /notes": () => queryNotes("SELECT id, text FROM notes ORDER BY id"),
    "POST /notes": async (request) =>
      queryNotes("INSERT INTO notes (text) VALUES ($1) RETURNING id, text", [await text(request)]),
    "POST /demo/database/stop": () => database.stop().then(() => "the database is stopped"),
    "POST /demo/database/start": () => database.start().then(() => "the database is started"),
    "POST /demo/user-service/stop": () => userService.stop().then(() => "the user service is stopped"),
    "POST /demo/user-service/start": () => userService.start().then(() => "the user service is started"),
    "POST /demo/rolling-restart": () => {
      rollingRestart.run().catch((error) => console.error(error));
      return "two instances restart, one after the other";
    },
    "POST /demo/block": () => {
      // Runs after the response has been sent.
      setTimeout(block, 100, blockMs);
      return `the main thread is busy for ${blockMs / 1_000} s`;
    },
  };

  async function queryNotes(sql, values) {
    await database.query(TABLE);
    const { rows } = await database.query(sql, values);
    return rows.map(({ id, text }) => `${id} ${text}`).join("\n");
  }

  return async function answerApp(request, response) {
    const route = `${request.method} ${request.url}`;
    // Browsers get the panel, curl gets the list of commands.
    if (route === "GET /" && request.headers.accept?.includes("text/html")) {
      return void response.writeHead(200, PANEL_HEADERS).end(PANEL);
    }
    response.setHeader("Content-Type", "text/plain; charset=utf-8");
    try {
      const body = Object.hasOwn(routes, route) ? await routes[route](request) : undefined;
      response.writeHead(body === undefined ? 404 : 200).end(`${body ?? "not found"}\n`);
    } catch (error) {
      response.writeHead(503).end(`${error.message}\n`);
    }
  };
}

/** Blocks like a large file, a long list or a slow regular expression: nothing else runs meanwhile. */
function block(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

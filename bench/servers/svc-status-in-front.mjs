// In front of an Express application, which gets all other requests.
import { createServer } from "node:http";
import express from "express";
import { serviceStatus } from "../../dist/adapters/node.js";
import { listen } from "../support/listen.mjs";
import { createRegistry, toPath } from "../support/registry.mjs";

export async function start(checks) {
  const app = express();
  app.get("/hello", (_request, response) => response.send("hello\n"));
  const answerStatus = serviceStatus({ registry: createRegistry(checks) });
  const server = createServer((request, response) =>
    answerStatus(request, response, () => app(request, response)),
  );
  return { port: await listen(server), path: toPath(checks) };
}

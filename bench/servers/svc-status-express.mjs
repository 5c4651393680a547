// The first middleware of an Express application.
import { createServer } from "node:http";
import express from "express";
import { serviceStatus } from "../../dist/adapters/express.js";
import { listen } from "../support/listen.mjs";
import { createRegistry, toPath } from "../support/registry.mjs";

export async function start(checks) {
  const app = express();
  app.use(serviceStatus({ registry: createRegistry(checks) }));
  return { port: await listen(createServer(app)), path: toPath(checks) };
}

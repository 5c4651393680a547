import { createServer } from "node:http";
import express from "express";
import { listen } from "../support/listen.mjs";

export async function start() {
  const app = express();
  app.get("/probe_status", (_request, response) => response.type("text").send("OK"));
  return { port: await listen(createServer(app)), path: "/probe_status" };
}

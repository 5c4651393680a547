import { getEventListeners } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { dns } from "../../src/checks/dns.ts";
import { grpc } from "../../src/checks/grpc.ts";
import { http } from "../../src/checks/http.ts";
import { tcp } from "../../src/checks/tcp.ts";
import { tlsCertificate } from "../../src/checks/tls-certificate.ts";
import type { StatusFunction } from "../../src/core/handler.ts";
import { listen } from "../support/listen.ts";

const silent = { makeUnaryRequest: () => ({ cancel() {} }) } as never;

/** Handlers that ask someone who never answers. */
const HANGING: Readonly<Record<string, (port: number) => StatusFunction>> = {
  dns: (port) => dns("users.invalid", { servers: [`127.0.0.1:${port}`], recordType: "A" }),
  grpc: () => grpc(silent),
  http: (port) => http(`http://127.0.0.1:${port}`),
  "http that follows": (port) => http(`http://127.0.0.1:${port}`, { redirect: "follow" }),
  tcp: (port) => tcp(`127.0.0.1:${port}`),
  tlsCertificate: (port) => tlsCertificate("127.0.0.1", { port }),
};

test.each(Object.keys(HANGING))("many handlers may share the signal of one: %s", async (name) => {
  const warned: unknown[] = [];
  const warn = vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warned.push(warning));
  onTestFinished(() => warn.mockRestore());
  const { port, close } = await listen(createServer(() => {}));
  onTestFinished(close);
  const controller = new AbortController();
  const { signal } = controller;
  const handler = HANGING[name]?.(port) ?? expect.unreachable("no handler");
  const asked = Array.from({ length: 20 }, async () => handler({ name, signal }));
  expect(getEventListeners(signal, "abort").length).toBeGreaterThan(0);
  controller.abort();
  if (name !== "grpc") await Promise.all(asked);
  expect(warned).toEqual([]);
});

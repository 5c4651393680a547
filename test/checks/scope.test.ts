import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { clock } from "../../src/checks/clock.ts";
import { disk } from "../../src/checks/disk.ts";
import { eventLoop } from "../../src/checks/event-loop.ts";
import { fileAge } from "../../src/checks/file-age.ts";
import { http } from "../../src/checks/http.ts";
import { memory } from "../../src/checks/memory.ts";
import { pool } from "../../src/checks/pool.ts";
import { postgres } from "../../src/checks/postgres.ts";
import { sqlite } from "../../src/checks/sqlite.ts";
import type { StatusHandler } from "../../src/core/handler.ts";
import type { Scope } from "../../src/core/handler-options.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";

const none = async () => ({ rows: [] });

test.each<[name: string, scope: Scope, create: () => StatusHandler]>([
  ["clock", "instance", () => clock()],
  ["disk", "instance", () => disk(tmpdir())],
  ["fileAge", "instance", () => fileAge("/nowhere", { maxAgeMs: 1 })],
  ["pool", "instance", () => pool({ waiting: () => 0 })],
  ["sqlite", "instance", () => sqlite({ prepare: () => ({ get: () => undefined }) })],
  ["eventLoop", "local", () => eventLoop()],
  ["memory", "local", () => memory()],
  ["http", "shared", () => http("http://localhost:1/")],
  ["postgres", "shared", () => postgres({ query: none } as never)],
  ["a function of the application", "shared", () => () => ({ state: "OK" })],
])("%s is %s, unless its registration says otherwise", (_, scope, create) => {
  const registry = createStatusRegistry();
  registry.addStatusHandler("default", create());
  registry.addStatusHandler("undefined", create(), { scope: undefined } as never);
  for (const given of ["shared", "instance", "local"] as const)
    registry.addStatusHandler(given, create(), { scope: given });
  registry.close();
  expect(registry.handlers.map((handler) => handler.scope)).toEqual([
    scope,
    scope,
    "shared",
    "instance",
    "local",
  ]);
});

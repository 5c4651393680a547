import { expect, test } from "vitest";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { OK, RED, type State } from "../../src/core/state.ts";
import { toStatusJson, writeStatus } from "../../src/core/status-json.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";

test("a status is written as JSON, exactly as it was reported", () => {
  expect(toStatusJson({ state: OK, detail: "läuft", labels: { errors: 0 }, version: null })).toBe(
    '{"state":"OK","detail":"l\\u00e4uft","labels":{"errors":0},"version":null}',
  );
});

test("a status of a report reads as it was when it was reported", async () => {
  const replicas = ["one"];
  const registry = createStatusRegistry();
  registry.addStatusHandler("Database", () => ({ state: RED, replicas }));
  const status = await registry.getStatus("Database");
  replicas.push("two");
  expect(toStatusJson(status)).toBe('{"state":"RED","replicas":["one"]}');
});

test("a status is shown without labels in another state too, if it has none", async () => {
  const registry = createStatusRegistry({ clock: createFakeClock() });
  let state: State = OK;
  registry.addStatusHandler("Database", () => ({ state }), { failAfter: 2 });
  await registry.getReport();
  state = RED;
  const status = await registry.getStatus("Database");
  expect(Object.keys(status)).toEqual(["state", "detail"]);
});

test("a status that cannot be written throws where it is written first", () => {
  expect(() => writeStatus({ state: OK, size: 1n })).toThrow(TypeError);
});

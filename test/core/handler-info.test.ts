import { describe, expect, test } from "vitest";
import type { HandlerInfo } from "../../src/core/handler-info.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";

const INFO: HandlerInfo = {
  runbook: "https://wiki.example/db",
  description: "A round trip to the primary",
  tags: ["team:orders", "eu"],
  upstream: "postgres-orders",
};

describe("what a handler tells of itself", () => {
  test("is in its entry, and only what was given", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Database", () => ({ state: "OK" }), INFO);
    registry.addStatusHandler("Cache", () => ({ state: "OK" }));
    const [database, cache] = (await registry.getReport()).entries;
    expect(database).toMatchObject(INFO);
    for (const key of Object.keys(INFO)) expect(cache).not.toHaveProperty(key);
  });

  test("is copied, so that a later change of the caller's array has no effect", async () => {
    const registry = createStatusRegistry();
    const tags = ["eu"];
    registry.addStatusHandler("Database", () => ({ state: "OK" }), { tags });
    tags.push("us");
    expect((await registry.getReport()).entries[0]?.tags).toEqual(["eu"]);
  });

  test.each<[keyof HandlerInfo, unknown, string]>([
    ["runbook", "javascript:alert(1)", "runbook: expected an http or https URL"],
    ["runbook", "/wiki", "runbook: expected an http or https URL"],
    ["runbook", "https://[", "runbook: expected an http or https URL"],
    ["runbook", `https://a/${"x".repeat(2_000)}`, "runbook: expected an http or https URL"],
    ["description", "", "description: expected 1 to 500 characters"],
    ["description", "a\nb", "description: expected 1 to 500 characters"],
    ["upstream", 7, "upstream: expected 1 to 200 characters"],
    ["tags", "eu", "tags: expected an array of at most 20 texts"],
    ["tags", Array(21).fill("a"), "tags: expected an array of at most 20 texts"],
    ["tags", ["a", "\u001b[2J"], "tags[1]: expected 1 to 100 characters"],
  ])("is refused: %s %j", (option, value, message) => {
    const registry = createStatusRegistry();
    const add = () => registry.addStatusHandler("A", () => ({ state: "OK" }), { [option]: value });
    expect(add).toThrow(TypeError);
    expect(add).toThrow(message);
    expect(registry.names).toEqual([]);
  });
});

import { expect, test } from "vitest";
import { http } from "../../src/checks/http.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";

test("the http check that takes over a report offers its upstream, and the option of the handler wins", async () => {
  const registry = createStatusRegistry();
  const fetch = () => Promise.resolve(new Response("{}"));
  const check = http("http://accounts/svc_status.json", {
    report: "svc-status",
    upstream: "accounts",
    fetch,
  });
  registry.addStatusHandler("Offered", check);
  registry.addStatusHandler("Named", check, { upstream: "accounts-v2" });
  const { entries } = await registry.getReport();
  expect(entries.map(({ upstream }) => upstream)).toEqual(["accounts", "accounts-v2"]);
});

test("the http check rejects an upstream whose state it does not take over", () => {
  expect(() => http("http://accounts/", { upstream: "accounts" })).toThrow(
    'upstream: expected the option report too, got "accounts"',
  );
});

import { expect, test } from "vitest";
import { isOwnTarget } from "../../src/http/own-paths.ts";
import { createStatusService } from "../../src/http/service.ts";

createStatusService({ svcStatus: { path: "/about/me" }, healthProbes: { live: "/health/live" } });

test.each([
  "/probe_status",
  "/probe_status?body=OFF",
  "/about/me",
  "/about/me.json",
  "/mounted/here/probe_status",
  "http://host:8080/probe_status",
  "/health/live",
  "/health/live/Database",
  "/mounted/readyz/Database",
])("%s is for a view", (target) => {
  expect(isOwnTarget(target)).toBe(true);
});

test.each([
  "/",
  "",
  "*",
  "/probe_status/",
  "/probe_status/more",
  "/probe_statuses",
  "/about/me.xml",
  "/about/me/more",
  "/health",
  "/health/lively",
  "/?next=/probe_status",
  "/%ff/probe_status",
])("%s is for the application", (target) => {
  expect(isOwnTarget(target)).toBe(false);
});

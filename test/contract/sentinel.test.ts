import type { SentinelOptions } from "../../src/sentinel/index.ts";
import { startPublished } from "../support/sentinel.ts";
import { describeAdapter } from "./adapter.ts";

// What the other thread cannot be given is in no scene that it plays.
describeAdapter("svc-status/sentinel", (options) => startPublished(options as Partial<SentinelOptions>), {
  frameworkHeaders: ["age"],
  standsAlone: true,
});

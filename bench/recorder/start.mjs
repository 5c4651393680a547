// Starts a recorder on an existing recording, and sends how long it took and how much memory it needed.

import { createStatusRegistry } from "../../dist/index.js";
import { recordStatus } from "../../dist/recorder/record-status.js";

const [, , directory, maxBytes] = process.argv;
const registry = createStatusRegistry();
globalThis.gc();
const before = process.memoryUsage().rss;
const startedAt = performance.now();
const recorder = recordStatus(registry, { directory, maxBytes: Number(maxBytes) });
await recorder.ready;
const startMs = performance.now() - startedAt;
// The maximum until now, in KiB.
const startMb = Math.max(0, process.resourceUsage().maxRSS * 1_024 - before) / 1_000_000;
await recorder.close();
registry.close();
process.send({ startMs, startMb });

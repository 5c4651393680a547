// A thread of its own answers. There is nobody on the main thread's port, as this is about the probe.
import { startSentinel } from "../../dist/sentinel/index.js";
import { createRegistry } from "../support/registry.mjs";

export async function start(checks) {
  const { address } = await startSentinel({ port: 0, host: "127.0.0.1", registry: createRegistry(checks) });
  return { port: address.port, path: "/livez" };
}

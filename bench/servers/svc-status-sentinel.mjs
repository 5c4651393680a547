// A separate thread answers. The main thread does not listen on its port, because only the probe is measured.
import { startSentinel } from "../../dist/sentinel/index.js";
import { createRegistry } from "../support/registry.mjs";

export async function start(checks) {
  const { address } = await startSentinel({ port: 0, host: "127.0.0.1", registry: createRegistry(checks) });
  return { port: address.port, path: "/livez" };
}

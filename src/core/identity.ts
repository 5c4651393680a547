import type { TextShape } from "../options/shape.ts";
import { systemClock } from "../util/clock.ts";
import { createStart, type Start } from "../util/start.ts";
import type { Probe } from "./probe.ts";
import { getProbeSeams, type Identity } from "./seams.ts";

/** Maximum length of an instance's name. */
const MAX_INSTANCE_LENGTH = 200;

/** The option that names an instance. */
export const INSTANCE: TextShape = {
  kind: "text",
  pattern: /^[!-~]+$/u,
  maxLength: MAX_INSTANCE_LENGTH,
  expected: `1 to ${MAX_INSTANCE_LENGTH} visible ASCII characters, as it is sent in a header`,
};

/** The instance that answers for a probe: this process, or the cluster that it belongs to. */
export function findIdentity(probe: Probe, instance?: string): Identity {
  const { identity = getOwnIdentity() } = getProbeSeams(probe);
  return instance === undefined ? identity : { ...identity, instance };
}

/** The parts of Node.js's `process` that other runtimes may lack. */
interface Runtime {
  readonly pid?: number;
  uptime?(): number;
  getBuiltinModule?(name: "node:os"): { hostname(): string } | undefined;
}

let own: Identity | undefined;
let ownStart: Start | undefined;

function getOwnIdentity(): Identity {
  const runtime = (globalThis as { readonly process?: Runtime }).process ?? {};
  ownStart ??= readStart(runtime);
  const { date } = ownStart;
  own ??= { instance: toInstance(runtime), startedAt: date };
  if (own.startedAt !== date) own = { ...own, startedAt: date };
  return own;
}

function readStart(runtime: Runtime): Start {
  const start = createStart(systemClock);
  const upMs = Math.round((runtime.uptime?.() ?? 0) * 1_000);
  start.set(systemClock.now() - upMs, upMs);
  return start;
}

/** Runtimes without processes get a random name: it only has to differ from other instances. */
function toInstance(runtime: Runtime): string {
  const host = readHostname(runtime)?.replace(/[^!-~]/g, "-");
  const number = runtime.pid ?? Math.random().toString(36).slice(2, 10);
  return `${host || "instance"}:${number}`.slice(-MAX_INSTANCE_LENGTH);
}

/** In Deno, this requires a permission. */
function readHostname(runtime: Runtime): string | undefined {
  try {
    return runtime.getBuiltinModule?.("node:os")?.hostname();
  } catch {
    return undefined;
  }
}

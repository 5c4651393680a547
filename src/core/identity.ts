import type { TextShape } from "../options/shape.ts";
import { correctMoment } from "../util/start.ts";
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

function getOwnIdentity(): Identity {
  const runtime = (globalThis as { readonly process?: Runtime }).process ?? {};
  own ??= toIdentity(runtime);
  const startedAt = own.startedAt.getTime();
  const upMs = toUpMs(runtime);
  const at = upMs === undefined ? startedAt : correctMoment(startedAt, upMs, Date.now());
  if (at !== startedAt) own = { ...own, startedAt: new Date(at) };
  return own;
}

/** Runtimes without processes get a random name: it only has to differ from other instances. */
function toIdentity(runtime: Runtime): Identity {
  const host = readHostname(runtime)?.replace(/[^!-~]/g, "-");
  const number = runtime.pid ?? Math.random().toString(36).slice(2, 10);
  const startedAt = new Date(Date.now() - (toUpMs(runtime) ?? 0));
  return { instance: `${host || "instance"}:${number}`.slice(-MAX_INSTANCE_LENGTH), startedAt };
}

function toUpMs(runtime: Runtime): number | undefined {
  const upS = runtime.uptime?.();
  return upS === undefined ? undefined : Math.round(upS * 1_000);
}

/** In Deno, this requires a permission. */
function readHostname(runtime: Runtime): string | undefined {
  try {
    return runtime.getBuiltinModule?.("node:os")?.hostname();
  } catch {
    return undefined;
  }
}

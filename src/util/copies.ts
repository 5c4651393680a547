import { emitWarning } from "./emit-warning.ts";
import { VERSION } from "./version.ts";

/**
 * The version of the shared data and of its use. A copy with another version must not touch the data.
 * Increase it with every change that an older copy would not understand.
 */
const CONTRACT = 1;

/** The key under which the first loaded copy stores the data that all copies of this contract share. */
const SHARED: unique symbol = Symbol.for("svc-status");

interface Shared {
  readonly contract: number;
  readonly version: string;
  /** By name: one entry per `shareAmongCopies` call in the sources. */
  readonly parts: Map<string, unknown>;
}

interface Global {
  readonly [SHARED]?: Shared;
}

const { parts } = findShared(globalThis as Global);

/**
 * Bundlers and package managers can load several copies of the package into one process. Each named part
 * exists once: the first copy creates it, and the others use it.
 */
export function shareAmongCopies<Part>(name: string, create: () => Part): Part {
  if (!parts.has(name)) parts.set(name, create());
  return parts.get(name) as Part;
}

function findShared({ [SHARED]: present }: Global): Shared {
  const own = { contract: CONTRACT, version: VERSION, parts: new Map() };
  if (present === undefined) Object.defineProperty(globalThis, SHARED, { value: own, configurable: true });
  if (present === undefined || present.contract === CONTRACT) return present ?? own;
  emitWarning(
    `svc-status ${VERSION} and ${present.version} are both in this process and share nothing: each has its own ` +
      "default registry and probe. Install one version.",
    { code: "SVC_STATUS_COPIES" },
  );
  return own;
}

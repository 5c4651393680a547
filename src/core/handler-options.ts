import { expectBoolean, expectKnownKeys, expectNumber, expectObject, expectOneOf } from "./expect.ts";

/** Whose trouble a handler reports: one that all instances share, or this process's own. */
export type Scope = "shared" | "local";

/** How a registered handler is asked and counted. Every option is optional. */
export interface HandlerOptions {
  /**
   * `false`: its RED counts as YELLOW in the overall state.
   * @default true
   */
  readonly critical?: boolean;
  /**
   * Only `"local"` handlers may take part in liveness: restarting this process never mends a shared database.
   * @default "shared"
   */
  readonly scope?: Scope;
  /**
   * The deadline of one call. After it the entry is RED, reason `timeout`, and the signal is aborted.
   * @default 5000
   */
  readonly timeoutMs?: number;
  /**
   * A finished result this young is reused. `0` asks anew for each report; reports that overlap in time
   * share a run in any case.
   * @default 0
   */
  readonly maxAgeMs?: number;
}

export type ResolvedHandlerOptions = Required<HandlerOptions>;

const KNOWN_KEYS: readonly (keyof HandlerOptions)[] = ["critical", "scope", "timeoutMs", "maxAgeMs"];

/** Checks the options, puts the defaults in, and leaves the caller's object alone. Throws a TypeError. */
export function resolveHandlerOptions(options: HandlerOptions = {}): ResolvedHandlerOptions {
  expectObject("options", options);
  expectKnownKeys("options", options, KNOWN_KEYS);
  const { critical = true, scope = "shared", timeoutMs = 5_000, maxAgeMs = 0 } = options;
  expectBoolean("critical", critical);
  expectOneOf("scope", scope, ["shared", "local"]);
  expectNumber("timeoutMs", timeoutMs, { min: 1 });
  expectNumber("maxAgeMs", maxAgeMs, { min: 0 });
  return { critical, scope, timeoutMs, maxAgeMs };
}

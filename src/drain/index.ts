export type { Rule } from "./decide.ts";
export { createDrain, type Drain } from "./drain.ts";
export type { DrainContext, DrainHook } from "./hooks.ts";
export type { DrainOptions } from "./options.ts";
export type { DrainHooks } from "./phases.ts";
export { type DrainReport, describeDrain, type HookFailure, type ProberReport } from "./report.ts";
export type { DrainableServer } from "./server-kind.ts";
export { drainOnSignals, type SignalDrain, type SignalOptions } from "./signals.ts";

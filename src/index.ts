export type { Change } from "./core/change.ts";
export { check } from "./core/check.ts";
export {
  addStatusHandler,
  defaultRegistry,
  getReport,
  getStatus,
  isInState,
  removeStatusHandler,
  waitForStatus,
} from "./core/default-registry.ts";
export { UnknownHandlerError } from "./core/errors.ts";
export type { HandlerContext, StatusFunction, StatusHandler, StatusProvider } from "./core/handler.ts";
export type { HandlerInfo } from "./core/handler-info.ts";
export type { HandlerOptions, Scope } from "./core/handler-options.ts";
export { type Heartbeat, type HeartbeatOptions, heartbeat } from "./core/heartbeat.ts";
export { createProbe, defaultProbe, type Probe, type ProbeChange, type ProbeOptions } from "./core/probe.ts";
export type { DecommissionOptions, ProbeState } from "./core/probe-setting.ts";
export type { ObservedChange } from "./core/registry/changes.ts";
export type { ChangesOptions } from "./core/registry/news.ts";
export { createStatusRegistry, type RegistryOptions, type StatusRegistry } from "./core/registry/registry.ts";
export type { ReportOptions } from "./core/registry/reports.ts";
export type { ChangeCounts } from "./core/registry/track.ts";
export type { WaitOptions } from "./core/registry/wait.ts";
export type { Entry, Report } from "./core/report.ts";
export { GREEN, OK, RED, type State, YELLOW } from "./core/state.ts";
export {
  type Constructor,
  type SettableState,
  StateHandler,
  StateHandlerMixin,
  type WithSettableState,
} from "./core/state-handler.ts";
export type { Reason, Status } from "./core/status.ts";
export type { Clock } from "./util/clock.ts";
export type { Logger } from "./util/logger.ts";

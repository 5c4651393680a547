export type {
  SentinelOptions,
  SentinelProbeStatusOptions,
  SentinelSvcStatusOptions,
} from "./options.ts";
export { type Sentinel, startSentinel } from "./sentinel.ts";

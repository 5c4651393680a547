export type { Control } from "../../http/access.ts";
export type {
  HealthProbeFormat,
  HealthProbesOptions,
  SharedReadinessOptions,
} from "../../http/health-probe-options.ts";
export type { StatusRequest } from "../../http/message.ts";
export type {
  MetricsSource,
  ProbeStatusOptions,
  PrometheusViewOptions,
  ServiceStatusOptions,
  SvcStatusOptions,
} from "../../http/options.ts";
export type { ServiceDescription, ServiceLink } from "../../http/page/page-model.ts";
export type { Permission } from "../../http/permission.ts";

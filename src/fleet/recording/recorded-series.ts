/** A rule that stores the result of an expression as series. */
export interface RecordingRule {
  readonly record: RecordName;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * The recorded series. All of them have the labels of the service. The series `handler:…` also have `name`.
 * Times are in seconds since 1970.
 */
export type RecordName =
  | "handler:svc_status_state:count" // critical, scope, state: instances in this state, "0", "1" or "2"
  | "handler:svc_status_state:max" // critical, scope
  | "handler:svc_status_red_since_timestamp_seconds:min"
  | "handler:svc_status_upstream:max" // upstream
  | "handler:svc_status_cause:count" // cause
  | "handler:svc_status_held:max"
  | "handler:svc_status_unexplained:count" // critical: instances that are RED without a cause among the handlers
  | "handler:svc_status_upstream_failed_since_timestamp_seconds:min" // upstream
  | "handler:svc_status_own:count" // critical: the same, but also without a cause in another service
  | "handler:svc_status_root:count" // critical, root, role: instances that are RED
  | "service:svc_status_overall:max"
  | "service:svc_status_overall:count" // state
  | "service:svc_status_instances:count"
  | "service:svc_status_in_service:sum"
  | "service:svc_status_draining:sum"
  | "service:svc_status_info:count" // service_version
  | "service:svc_status_known:max" // 1: the service has reported a status before
  | "service:svc_status_up:sum"
  | "service:svc_status_up:count"
  | "service:svc_status_unavailable:max" // 1: no instance is in service
  | "service:svc_status_since_timestamp_seconds:max" // state: the start of the present state
  | "service:svc_status_failed_since_timestamp_seconds:min" // 0 if no instance is in service
  | "service:svc_status_own:max"
  | "service:svc_status_chain:max" // upstream, level: the service that explains this one, 1 to 4 levels away
  | "service:svc_status_cycle:max"
  | "service:svc_status_roots:max" // root, level
  | "service:svc_status_root:max"; // root

import type { RecordingRule, RecordName } from "./recorded-series.ts";
import type { Terms } from "./terms.ts";

/** Maximum length of the path from an effect to its cause, in services. */
const MAX_LEVELS = 4;

const LEVELS: readonly number[] = Array.from({ length: MAX_LEVELS }, (_, index) => index + 1);

const FAILED: RecordName = "service:svc_status_failed_since_timestamp_seconds:min";
const UNEXPLAINED: RecordName = "handler:svc_status_unexplained:count";
const UPSTREAM_FAILED: RecordName = "handler:svc_status_upstream_failed_since_timestamp_seconds:min";
const CRITICAL = 'handler:svc_status_state:max{critical="true"}';

const toChain = (level: number): string => `service:svc_status_chain:max{level="${level}"}`;
const toRoots = (level: number): string => `service:svc_status_roots:max{level="${level}"}`;

/** Since when services fail, and whether another service explains it. */
export function toFailureRules({ by, named, edge, asUpstream }: Terms): readonly RecordingRule[] {
  return [
    {
      record: FAILED,
      expr: `min by (${by}) (handler:svc_status_red_since_timestamp_seconds:min and on (${named}) ${CRITICAL} == 2) or service:svc_status_unavailable:max * 0`,
    },
    {
      record: UPSTREAM_FAILED,
      expr: `(handler:svc_status_upstream:max and on (${named}) ${UNEXPLAINED}) * 0 + on (${edge}) group_left () ${asUpstream(FAILED)}`,
    },
    {
      record: "handler:svc_status_own:count",
      expr: `${UNEXPLAINED} unless on (${named}) ${UPSTREAM_FAILED}`,
    },
    {
      record: "service:svc_status_own:max",
      expr: `max by (${by}) (handler:svc_status_own:count{critical="true"} * 0 + 1) or service:svc_status_unavailable:max`,
    },
  ];
}

/**
 * The paths from failed services to their causes. PromQL has no many-to-many joins. So each failed service
 * without its own cause follows only one upstream, the one that failed first, and the path is a chain.
 */
export function toChainRules({ by, named, edge, copy, asService }: Terms): readonly RecordingRule[] {
  const next = `max by (${edge}, next) (${copy(copy(toChain(1), "next", "upstream"), "upstream")})`;
  return [
    {
      record: "service:svc_status_chain:max",
      expr: `bottomk by (${by}) (1, min by (${by}, upstream) (${UPSTREAM_FAILED} and on (${named}) ${CRITICAL})) unless on (${by}) service:svc_status_own:max`,
      labels: { level: "1" },
    },
    ...LEVELS.slice(1).map(
      (level): RecordingRule => ({
        record: "service:svc_status_chain:max",
        expr: `max by (${by}, upstream) (${copy(`${toChain(level - 1)} * 0 + on (${edge}) group_left (next) ${next}`, "upstream", "next")})`,
        labels: { level: String(level) },
      }),
    ),
    {
      record: "service:svc_status_cycle:max",
      expr: `max by (${by}) (service:svc_status_chain:max and on (${by}, upstream) ${asService("service:svc_status_chain:max")}) * 0 + 1`,
    },
  ];
}

/** The service at the end of each path. */
export function toServiceRootRules(terms: Terms): readonly RecordingRule[] {
  const { by, copy } = terms;
  return [
    {
      record: "service:svc_status_roots:max",
      expr: copy("(service:svc_status_own:max or service:svc_status_cycle:max)", "root"),
      labels: { level: "0" },
    },
    ...LEVELS.map(
      (level): RecordingRule => ({
        record: "service:svc_status_roots:max",
        expr: orOn(
          by,
          toRoots(level - 1),
          `max by (${by}, root) (${toChain(1)} ${withRoot(terms, toRoots(level - 1))})`,
        ),
        labels: { level: String(level) },
      }),
    ),
    // Beyond the last level, a service is its own root, so that its alert is not suppressed.
    {
      record: "service:svc_status_root:max",
      expr: orOn(by, `max by (${by}, root) (${toRoots(MAX_LEVELS)})`, copy(`${FAILED} * 0 + 1`, "root")),
    },
  ];
}

/** The causes and the effects among the handlers, each with the service of its cause. */
export function toHandlerRootRules(terms: Terms): readonly RecordingRule[] {
  const { by, named, edge, copy, asUpstream } = terms;
  const record = "handler:svc_status_root:count";
  const explained = `(max by (${named}, critical) (handler:svc_status_state:max == 2 unless on (${named}) ${UNEXPLAINED}) * 0 + on (${named}) group_left () sum by (${named}) (handler:svc_status_state:count{state="2"}))`;
  return [
    {
      record,
      expr: copy(
        `(handler:svc_status_own:count or ${UNEXPLAINED} and on (${by}) service:svc_status_cycle:max and on (${named}) (${UPSTREAM_FAILED} and on (${edge}) ${asUpstream("service:svc_status_cycle:max")}))`,
        "root",
      ),
      labels: { role: "cause" },
    },
    {
      record,
      expr: orOn(
        named,
        `${UNEXPLAINED} * on (${named}) group_left (root) (bottomk by (${named}) (1, ${UPSTREAM_FAILED}) ${withRoot(terms, "service:svc_status_root:max")}) unless on (${named}) ${record}{role="cause"}`,
        `(${orOn(named, `${explained} * on (${by}) group_left (root) service:svc_status_root:max`, copy(explained, "root"))})`,
      ),
      labels: { role: "effect" },
    },
  ];
}

/** Adds the roots of the upstreams. */
function withRoot({ edge, asUpstream }: Terms, roots: string): string {
  return `* 0 + on (${edge}) group_left (root) ${asUpstream(roots, ", root")}`;
}

/**
 * `expr or on (labels) other`. In VictoriaMetrics, `or` extends an ended series of its left side with values
 * of the right side, and keeps the labels. So ended series are removed first.
 */
function orOn(labels: string, expr: string, other: string): string {
  return `(${expr}) and on () vector(1) or on (${labels}) ${other}`;
}

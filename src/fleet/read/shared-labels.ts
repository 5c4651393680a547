import type { FleetLabels } from "../options.ts";
import type { Series } from "./prometheus.ts";
import { type Selector, toMatchers } from "./promql.ts";
import { KIND, mark } from "./queries.ts";
import type { ServiceDetail, SharedLabel } from "./service-detail.ts";
import { toKind } from "./view.ts";

/** Maximum number of labels that are compared, and of values of each. */
const MAX_LABELS = 6;
const MAX_VALUES = 50;

/** A label is worth naming if this share of the RED instances has the value, and clearly fewer of all. */
const MIN_SHARE = 0.8;
const MIN_LIFT = 1.2;

const VERSION = "service_version";

const OWN_LABELS: readonly string[] = ["__name__", KIND, "instance", "name", "critical", "scope"];

/** The labels of the instances that are not OK, except labels that identify the service or the instance. */
export function toCandidates(
  { problems }: ServiceDetail,
  { service, within }: FleetLabels,
): readonly string[] {
  const ignored = [...OWN_LABELS, service, ...within];
  const labels = new Set(problems.flatMap((problem) => Object.keys(problem.labels)));
  const others = [...labels].filter((label) => !ignored.includes(label) && /^[A-Za-z_]\w*$/.test(label));
  return [VERSION, ...others.sort().slice(0, MAX_LABELS - 1)];
}

/** Counts the instances of one service, RED and all, by each label. */
export function toCountsQuery(
  candidates: readonly string[],
  labels: FleetLabels,
  selector: Selector,
): string {
  const matchers = toMatchers(selector);
  const red = `(svc_status_state${matchers} == 2)`;
  const info = `svc_status_info${matchers}`;
  const on = [...labels.within, labels.service, "instance"].join(", ");
  const top = (expr: string, kind: string): string => mark(`topk(${MAX_VALUES}, ${expr})`, kind);
  return candidates
    .flatMap((label) => {
      const isVersion = label === VERSION;
      const bad = isVersion ? `${red} * 0 + on (${on}) group_left (${VERSION}) ${info}` : red;
      return [
        top(`count by (name, ${label}) (${bad})`, `red ${label}`),
        top(`count by (${label}) (${isVersion ? info : `svc_status_overall${matchers}`})`, `all ${label}`),
      ];
    })
    .join(" or ");
}

/** Adds to each handler the labels that its RED instances have in common and the others do not. */
export function addSharedLabels(service: ServiceDetail, series: readonly Series[]): ServiceDetail {
  const handlers = service.handlers.map((handler) => {
    const shared = findSharedLabel(handler.name, handler.instances.RED, series);
    return shared === undefined ? handler : { ...handler, shared };
  });
  return { ...service, handlers };
}

function findSharedLabel(name: string, red: number, series: readonly Series[]): SharedLabel | undefined {
  const all = series.filter((one) => toKind(one).startsWith("all "));
  const candidates = series.flatMap((one): SharedLabel[] => {
    const [kind, label = ""] = toKind(one).split(" ");
    const value = one.labels[label];
    if (kind !== "red" || one.labels["name"] !== name || value === undefined || red < 2) return [];
    const same = all.filter((each) => toKind(each) === `all ${label}`);
    const total = same.reduce((sum, each) => sum + each.value, 0);
    const instances = same.find((each) => each.labels[label] === value)?.value ?? 0;
    const share = one.value / red;
    const isTelling = share >= MIN_SHARE && instances > 0 && share / (instances / total) >= MIN_LIFT;
    return isTelling ? [{ label, value, red: one.value, instances, total }] : [];
  });
  return candidates.sort((one, other) => other.red - one.red || one.instances - other.instances)[0];
}

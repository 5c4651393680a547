import type { FleetLabels } from "../options.ts";

/** The parts of expressions that depend on the labels of a service. */
export interface Terms {
  /** The labels of a service. */
  readonly by: string;
  /** The labels of a handler. */
  readonly named: string;
  /** The labels that a service and its upstream have in common, and `upstream`. */
  readonly edge: string;
  /** Copies a label. Default: that of the service. */
  copy(expr: string, to: string, from?: string): string;
  /** The services of an expression, as upstreams of other services. */
  asUpstream(expr: string, kept?: string): string;
  /** The services that are upstreams of an expression. */
  asService(expr: string): string;
}

export function toTerms({ service, within }: FleetLabels): Terms {
  const by = [...within, service].join(", ");
  const edge = [...within, "upstream"].join(", ");
  const copy = (expr: string, to: string, from = service): string =>
    `label_replace(${expr}, "${to}", "$1", "${from}", "(.+)")`;
  return {
    by,
    named: `${by}, name`,
    edge,
    copy,
    asUpstream: (expr, kept = "") => `max by (${edge}${kept}) (${copy(expr, "upstream")})`,
    asService: (expr) => copy(`max by (${edge}) (${expr})`, service, "upstream"),
  };
}

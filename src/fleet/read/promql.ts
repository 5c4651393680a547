import { toWellFormed } from "../../util/text.ts";

/** Label values that series must have. */
export type Selector = Readonly<Record<string, string>>;

/** `{job="orders"}`. Escapes the values, so that they cannot change the expression. */
export function toMatchers(selector: Selector): string {
  return `{${Object.entries(selector).map(([label, value]) => `${label}=${quote(value)}`)}}`;
}

/** PromQL accepts the escapes of JSON, except unpaired surrogates. */
function quote(text: string): string {
  return JSON.stringify(toWellFormed(text));
}

/** Adds matchers to each family that an expression reads, but not to recorded series. */
export function select(expr: string, selector: Selector): string {
  const matchers = toMatchers(selector);
  return expr.replace(/(?<![\w:"])(?:svc_status_\w+|up)(?![\w:{("])/g, (family) => family + matchers);
}

import { describeError, toShownLine } from "../../util/describe-error.ts";
import { isError } from "../../util/is-error.ts";
import { HIDDEN } from "../../util/redact/kind.ts";

type Properties = Readonly<Record<string, unknown>>;

// Deeper or longer values are truncated, because an indicator may return its whole client.
const MAX_DEPTH = 4;
const MAX_ENTRIES = 100;

/** Redacts texts at every level. Numbers and other plain values stay unchanged. */
export function toShownProperties(properties: Properties): Properties {
  return mapEntries(properties, MAX_DEPTH);
}

function mapEntries(object: object, depth: number): Properties {
  const entries = Object.entries(object).slice(0, MAX_ENTRIES);
  return Object.fromEntries(entries.map(([name, value]) => [name, toShown(name, value, depth)]));
}

function toShown(name: string, value: unknown, depth: number): unknown {
  if (typeof value === "string") return namesSecret(name) ? HIDDEN : toShownLine(value);
  if (isError(value)) return describeError(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return toShown(name, toJSON.call(value, name), depth - 1);
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((item) => toShown(name, item, depth - 1));
  return mapEntries(value, depth - 1);
}

/** Whether redaction in messages would hide a value with this name. */
function namesSecret(name: string): boolean {
  return toShownLine(`${name}="x"`).endsWith(HIDDEN);
}

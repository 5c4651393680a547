import type { Status } from "../core/status.ts";

/** The numeric labels, in the handler's order. Only JSON shows other values. */
export function toLabels({ labels }: Status): [label: string, value: number][] {
  const value: unknown = labels;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const known: [label: string, value: number][] = [];
  for (const label of Object.keys(value)) {
    const number: unknown = (value as Readonly<Record<string, unknown>>)[label];
    if (typeof number === "number") known.push([label, number]);
  }
  return known;
}

import type { Status } from "../core/status.ts";

/** The labels that are numbers, in the handler's order. What else stands there is shown in JSON only. */
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

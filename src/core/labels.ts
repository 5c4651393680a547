import type { Status } from "./status.ts";

/** The labels that are numbers, in the handler's order. What else stands there is shown in JSON only. */
export function toLabels({ labels }: Status): [label: string, value: number][] {
  const value: unknown = labels;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === "number");
}

import type { Entry } from "./report.ts";
import { RED } from "./state.ts";
import type { Reason, Status } from "./status.ts";
import { deriveStatus } from "./status-json.ts";

/** Throws a TypeError when a handler would, over others, depend on itself. */
export function expectNoCycle(
  name: string,
  dependsOn: readonly string[],
  getDependencies: (name: string) => readonly string[],
): void {
  const seen = new Set<string>();
  const open = dependsOn.map((dependency) => [name, dependency]);
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const last = path.at(-1) ?? name;
    if (last === name)
      throw new TypeError(`dependsOn: expected no cycle, got ${path.map(quote).join(" -> ")}`);
    if (seen.has(last)) continue;
    seen.add(last);
    for (const next of getDependencies(last)) open.push([...path, next]);
  }
}

function quote(name: string): string {
  return JSON.stringify(name);
}

/**
 * What a RED looks like when something that it needs is RED itself: people should look there first. What is not
 * asked any more stays `stale`, because nobody knows.
 */
export function explain<Explained extends { readonly status: Status; readonly reason?: Reason }>(
  explained: Explained,
  dependsOn: readonly string[],
  find: (name: string) => Entry | undefined,
): Explained {
  if (explained.status.state !== RED || explained.reason === "stale") return explained;
  const cause = dependsOn.find((name) => find(name)?.status.state === RED);
  if (cause === undefined) return explained;
  return {
    ...explained,
    status: deriveStatus(explained.status, RED, `because ${cause} is RED`),
    reason: "dependency",
  };
}

import type { Entry } from "../report.ts";
import type { RegisteredHandler } from "./registered-handler.ts";

/** Maximum number of attempts: a handler that replaces itself in each run would otherwise run forever. */
const MAX_ATTEMPTS = 10;

/**
 * Runs handlers concurrently. Drops the results of handlers removed while they ran, and runs the handlers
 * that replaced them. It awaits results one after the other, which needs no additional promises.
 *
 * @param present The handlers that are registered at each moment.
 */
export async function runHandlers(
  selected: readonly RegisteredHandler[],
  present: ReadonlyMap<string, RegisteredHandler>,
  attempt = 1,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const running: (RegisteredHandler | undefined)[] = [];
  const answers = selected.map((each) => {
    const registered = each.isStopped ? present.get(each.name) : each;
    running.push(registered);
    return registered?.run();
  });
  let stopped: Set<Entry> | undefined;
  for (let index = 0; index < answers.length; index += 1) {
    const answer = answers[index];
    const entry = answer instanceof Promise ? await answer : answer;
    if (entry === undefined) continue;
    entries.push(entry);
    if (entry.reason === "stale" && running[index]?.isStopped) stopped = (stopped ?? new Set()).add(entry);
  }
  if (stopped === undefined || attempt === MAX_ATTEMPTS) return entries;
  const succeeded = entries.map((entry) =>
    stopped?.has(entry) ? runSuccessor(entry, present, attempt + 1) : [entry],
  );
  return (await Promise.all(succeeded)).flat();
}

function runSuccessor(
  entry: Entry,
  present: ReadonlyMap<string, RegisteredHandler>,
  attempt: number,
): readonly Entry[] | Promise<readonly Entry[]> {
  const successor = present.get(entry.name);
  if (successor === undefined) return [];
  // Only closing the registry stops a handler that is still registered.
  return successor.isStopped ? [entry] : runHandlers([successor], present, attempt);
}

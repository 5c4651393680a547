import { type Action, toAction, typeFilter } from "./keys.ts";
import type { Layout } from "./layout.ts";
import { type Choices, type Fold, toNextFold } from "./list.ts";
import { isAlarm, type ViewChange } from "./service-view.ts";

/** How far each key moves the cursor. */
const STEPS: Readonly<Partial<Record<Action, (page: number) => number>>> = {
  down: () => 1,
  up: () => -1,
  pageDown: (page) => page,
  pageUp: (page) => -page,
  top: () => Number.NEGATIVE_INFINITY,
  bottom: () => Number.POSITIVE_INFINITY,
};

/** The choices after a key. */
export function press(choices: Choices, key: string, layout: Layout): Choices {
  const action = toAction(key);
  if (action === "clear") return clear(choices, layout);
  const typed = choices.isTyping ? typeFilter(choices.filter, key) : undefined;
  if (typed?.isTyping) return { ...choices, ...typed };
  if (typed !== undefined) return move({ ...choices, ...typed }, layout, 0);
  if (action === undefined) return choices;
  const step = STEPS[action];
  if (step !== undefined) return move(choices, layout, step(Math.max(1, layout.screen.length - 3)));
  if (action === "toggle") return toggle(choices, layout);
  return { ...clear(choices, layout), isTyping: true };
}

/** The cursor stays with the service that the filter has found. */
function clear(choices: Choices, { list, at }: Layout): Choices {
  const line = choices.filter === "" ? undefined : list[at];
  const cursor = line === undefined ? choices.cursor : { service: line.item.service, line: line.number };
  return { ...choices, filter: "", isTyping: false, cursor };
}

function move(choices: Choices, { list, at }: Layout, step: number): Choices {
  const to = Math.max(0, Math.min(at + step, list.length - 1));
  const line = list[to];
  // On the first line, the cursor stays there, so that services that get worse appear below it.
  const cursor =
    to === 0 || line === undefined ? undefined : { service: line.item.service, line: line.number };
  return { ...choices, cursor };
}

function toggle(choices: Choices, { list, at }: Layout): Choices {
  const item = list[at]?.item;
  if (item === undefined) return choices;
  const folds = new Map<number, Fold>(choices.folds).set(item.service, toNextFold(item));
  return { ...choices, folds, cursor: { service: item.service, line: 0 } };
}

/** Unfolds a service that becomes worse, even if the user has folded it. */
export function unfoldAlarm(choices: Choices, service: number, changes: readonly ViewChange[]): Choices {
  if (choices.folds.get(service) !== "nothing" || !changes.some(isAlarm)) return choices;
  const folds = new Map(choices.folds);
  folds.delete(service);
  return { ...choices, folds };
}

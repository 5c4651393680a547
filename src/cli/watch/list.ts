import type { State } from "../../core/state.ts";
import { groupBy } from "../../util/group-by.ts";
import { clean } from "../terminal/clean.ts";
import { countInstances, NO_ANSWER, type ServiceView, UNKNOWN } from "./service-view.ts";

/** The choices of the user. */
export interface Choices {
  readonly filter: string;
  readonly isTyping: boolean;
  /** The line of the cursor. `undefined`: the first line, of any service. */
  readonly cursor?: Cursor | undefined;
  /** The services that the user unfolded or folded, by number. */
  readonly folds: ReadonlyMap<number, Fold>;
}

/** A line of a service: 0 is its first one. */
export interface Cursor {
  readonly service: number;
  readonly line: number;
}

/** The handlers shown below the line of a service: only problems, all, or none. */
export type Fold = "problems" | "all" | "nothing";

/** A service in the list. */
export interface Item {
  /** Its number in the order of the command line, or its `id`. */
  readonly service: number;
  readonly view: ServiceView;
  /** The name of the service, or its address. Both if several services have that name. */
  readonly title: string;
  readonly fold: Fold;
}

const CONNECTING = "…";

export type Word = State | typeof NO_ANSWER | typeof UNKNOWN | typeof CONNECTING;

/** The worst first. */
const RANKS: Readonly<Record<Word, number>> = {
  [NO_ANSWER]: 0,
  RED: 1,
  [UNKNOWN]: 2,
  YELLOW: 3,
  [CONNECTING]: 4,
  OK: 5,
};

export function toWord({ failure, state, fleet }: ServiceView): Word {
  if (failure !== undefined) return fleet === undefined ? NO_ANSWER : UNKNOWN;
  return state ?? CONNECTING;
}

/** The services that the filter shows, the worst first. Otherwise, they keep the order of the command line. */
export function toItems(views: readonly ServiceView[], { filter, folds }: Choices): readonly Item[] {
  const usual: Fold = views.length === 1 ? "all" : "problems";
  const titles = toTitles(views);
  return views
    .map((view, index) => ({ service: view.id ?? index, view, title: titles[index] ?? "" }))
    .map((item) => ({ ...item, fold: folds.get(item.service) ?? usual }))
    .filter(({ view }) => matches(view, filter.toLowerCase()))
    .sort((one, other) => RANKS[toWord(one.view)] - RANKS[toWord(other.view)]);
}

function toTitles(views: readonly ServiceView[]): readonly string[] {
  const names = views.map(({ facts }) => clean(facts?.service ?? ""));
  const counts = groupBy(names, (name) => name);
  return views.map(({ where }, index) => {
    const address = clean(where).replace(/^http:\/\//, "");
    const name = names[index];
    if (!name) return address;
    return counts.get(name)?.length === 1 ? name : `${name} (${address})`;
  });
}

function matches(view: ServiceView, filter: string): boolean {
  if (filter === "") return true;
  const { where, facts, instances, handlers, fleet } = view;
  const texts = [
    where,
    facts?.service ?? "",
    toWord(view),
    instances[0] ?? "",
    fleet?.summary ?? "",
    ...handlers.map(({ name }) => name),
  ];
  return texts.some((text) => clean(text).toLowerCase().includes(filter));
}

/** `2 no answer, 1 RED, 97 OK` */
export function describeWords(views: readonly ServiceView[]): string {
  const words = views.map(toWord);
  return (Object.keys(RANKS) as Word[])
    .map((word) => [words.filter((each) => each === word).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word === CONNECTING ? "connecting" : word}`)
    .join(", ");
}

/** `orders-7f9c:17, one of 2 instances` */
export function describeShown(view: ServiceView): string {
  const count = countInstances(view);
  const [instance = ""] = view.instances;
  return count > 1 ? `${instance}, one of ${count} instances that answer in turn` : instance;
}

/** The next fold. A service that is OK has no problems to show. */
export function toNextFold({ fold, view }: Item): Fold {
  const hasProblems = view.failure === undefined && view.handlers.some(({ state }) => state !== "OK");
  if (fold === "all") return "nothing";
  return fold === "nothing" && hasProblems ? "problems" : "all";
}

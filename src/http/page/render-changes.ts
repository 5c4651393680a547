import type { Change } from "../../core/change.ts";
import { toDetailText } from "../../core/detail-text.ts";
import type { StatusRegistry } from "../../core/registry/registry.ts";
import type { Entry } from "../../core/report.ts";
import type { State } from "../../core/state.ts";
import type { Turn } from "./axis-turns.ts";
import { html, type Markup } from "./markup.ts";
import { cut, toLine } from "./shown-text.ts";
import { toExactText } from "./time-text.ts";
import { toTurns } from "./turns.ts";

/** Maximum number of changes to show. */
export const MAX_SHOWN_CHANGES = 100;

/** Maximum length of a change's detail. */
export const MAX_CHANGE_DETAIL_LENGTH = 120;

/** The last changes of a handler, in two forms. */
export interface RenderedChanges {
  /** The states over time. */
  readonly turns: readonly Turn[];
  /** Text for screen readers and braille displays, newest first. */
  readonly lines: readonly Markup[];
  readonly last: Change | undefined;
}

/** The handler and its present state. */
export type Changed = Pick<Entry, "name" | "status" | "since">;

/** Renders the last changes of handlers. */
export interface ChangesRenderer {
  render(entry: Changed): RenderedChanges;
  /** Forgets removed handlers if there are more than the present ones. Call it before each page. */
  forgetRemoved(): void;
}

interface KnownChanges extends RenderedChanges {
  readonly first: Change | undefined;
  readonly present: readonly [state: State, since: number];
}

/**
 * Caches one rendering per handler and per change: of 500 handlers, few have changed since the last page, and each
 * may have 100 changes.
 */
export function createChangesRenderer(registry: Pick<StatusRegistry, "history" | "names">): ChangesRenderer {
  const known = new Map<string, KnownChanges>();
  const lines = new WeakMap<Change, Markup>();

  function renderLine(change: Change): Markup {
    const line = lines.get(change) ?? renderChange(change);
    lines.set(change, line);
    return line;
  }

  return {
    render(entry) {
      const { name } = entry;
      const changes = registry.history(name).slice(-MAX_SHOWN_CHANGES);
      const before = known.get(name);
      if (before !== undefined && isSame(before, changes, entry)) return before;
      const rendered = render(changes, entry, renderLine);
      known.set(name, rendered);
      return rendered;
    },
    forgetRemoved() {
      if (known.size <= registry.names.length) return;
      const names = new Set(registry.names);
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    },
  };
}

function isSame({ first, last, present }: KnownChanges, changes: readonly Change[], entry: Changed): boolean {
  const [state, since] = present;
  return (
    first === changes[0] &&
    last === changes.at(-1) &&
    state === entry.status.state &&
    since === entry.since.getTime()
  );
}

function render(
  changes: readonly Change[],
  entry: Changed,
  renderLine: (change: Change) => Markup,
): KnownChanges {
  const { status, since } = entry;
  return {
    first: changes[0],
    last: changes.at(-1),
    present: [status.state, since.getTime()],
    turns: toTurns(changes, entry),
    lines: changes.map(renderLine).reverse(),
  };
}

function renderChange({ from, to, at, status }: Change): Markup {
  const detail = cut(toLine(toDetailText(status)), MAX_CHANGE_DETAIL_LENGTH);
  return html`<li><i>${toExactText(at)}</i> ${from ?? "new"} → <b class="${to}">${to}</b> <bdi>${detail}</bdi></li>`;
}

import type { Io } from "../io.ts";
import { createPaint } from "../terminal/style.ts";
import { type Layout, layOut } from "./layout.ts";
import type { Choices } from "./list.ts";
import { press, unfoldAlarm } from "./press.ts";
import { renderChange } from "./render.ts";
import { openScreen } from "./screen.ts";
import { isAlarm, type ServiceView, type ViewChange } from "./service-view.ts";

/** Shows the changes. */
export interface Display {
  /** `where`: the service that changed. Default: the view at its position. */
  show(views: readonly ServiceView[], service: number, changes: readonly ViewChange[], where?: string): void;
  close(): void;
}

export interface DisplayOptions {
  readonly interval: string;
  readonly bell: boolean;
  quit(): void;
  /** The end of the first line at the present time. */
  readonly toTitle?: () => string;
  /** Called when the user has unfolded or folded a service. */
  readonly onFold?: (folds: Choices["folds"]) => void;
}

/** Redraw interval, so that highlights end and ages increase. */
const REDRAW_MS = 1_000;

/** Services that answer at the same time are drawn together. */
const COLLECT_MS = 30;

const KEYS = "j/k move, Enter unfolds, / filters, q quits";
const KEYS_OF_FILTER = "Enter keeps the filter, Esc clears it";

/** The whole terminal, with a cursor if there is a keyboard. */
export function createScreenDisplay(
  io: Io,
  { interval, bell, quit, toTitle, onFold }: DisplayOptions,
): Display {
  const screen = openScreen(io, receive);
  const paint = createPaint(io.color);
  let views: readonly ServiceView[] = [];
  let choices: Choices = { filter: "", isTyping: false, folds: new Map() };
  let drawing: NodeJS.Timeout | undefined;
  let mustRing = false;

  function toLayout(): Layout {
    const { columns, rows } = io.stdout;
    const keys = screen.takesKeys ? (choices.isTyping ? KEYS_OF_FILTER : KEYS) : "Ctrl-C stops";
    const footer = `${keys}; every ${interval}`;
    const hasCursor = screen.takesKeys;
    const now = performance.now();
    return layOut(views, choices, { columns, rows, paint, footer, hasCursor, now, title: toTitle?.() });
  }

  function draw(): void {
    clearTimeout(drawing);
    drawing = undefined;
    screen.draw(toLayout().screen);
    if (mustRing) screen.ring();
    mustRing = false;
  }

  function receive(key: string): void {
    const quits = key === "q" && !choices.isTyping;
    const { folds } = choices;
    if (quits) quit();
    else choices = press(choices, key, toLayout());
    if (choices.folds !== folds) onFold?.(choices.folds);
    draw();
  }

  const timer = setInterval(draw, REDRAW_MS);
  const stopResizing = io.stdout.onResize(draw);
  return {
    show(shown, service, changes) {
      views = shown;
      choices = unfoldAlarm(choices, service, changes);
      drawing ??= setTimeout(draw, COLLECT_MS);
      // Changes that are drawn together ring once.
      mustRing ||= bell && changes.some(isAlarm);
    },
    close() {
      clearTimeout(drawing);
      clearInterval(timer);
      stopResizing();
      screen.close();
    },
  };
}

/** One line for each change. */
export function createLineDisplay({ stdout }: Pick<Io, "stdout">): Display {
  return {
    show(views, service, changes, where = views[service]?.where ?? "") {
      for (const change of changes) stdout.write(`${renderChange(where, change, new Date())}\n`);
    },
    close() {},
  };
}

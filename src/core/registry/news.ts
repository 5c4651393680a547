import { expectFunction, failExpectation } from "../../options/expect.ts";
import { readOptions } from "../../options/read-options.ts";
import { methods } from "../../options/rules.ts";
import type { OptionShapes } from "../../options/shape.ts";
import type { Clock } from "../../util/clock.ts";
import { createListeners } from "../../util/listeners.ts";
import { type Logger, log } from "../../util/logger.ts";
import { createTrouble } from "../../util/trouble.ts";
import { type Change, describeChange } from "../change.ts";
import type { State } from "../state.ts";
import { type ObservedChange, observeChanges } from "./changes.ts";
import type { Ending } from "./ending.ts";

/** The options of `registry.changes()`. */
export interface ChangesOptions {
  /** Ends the loop, without an error, when it aborts. */
  readonly signal?: AbortSignal;
}

const CHANGES_OPTIONS: OptionShapes<ChangesOptions, ChangesOptions> = {
  signal: methods("addEventListener", "removeEventListener"),
};

export interface NewsSetup {
  readonly clock: Clock;
  readonly getLogger: () => Logger | undefined;
  readonly ending: Ending;
}

/** The changes of a registry's handlers as they happen: in the log, for listeners, and as an iterable. */
export interface News {
  emit(change: Change): void;
  on(event: "change", listener: (change: Change) => void): () => void;
  changes(options?: ChangesOptions): AsyncIterable<ObservedChange>;
}

const LOG_LEVELS: Readonly<Record<State, keyof Logger>> = { OK: "info", YELLOW: "warn", RED: "error" };

export function createNews({ clock, getLogger, ending }: NewsSetup): News {
  const trouble = createTrouble({
    event: "registry-listener",
    what: "a listener of the registry failed",
    getLogger,
    clock,
  });
  const listeners = createListeners<Change>(trouble.failed);

  return {
    emit(change) {
      log(getLogger(), LOG_LEVELS[change.to], "state-change", describeChange(change));
      listeners.emit(change);
    },
    on(event, listener) {
      if (event !== "change") failExpectation("event", '"change"', event);
      expectFunction("listener", listener);
      return listeners.add(listener);
    },
    changes(options = {}) {
      const { signal } = readOptions(CHANGES_OPTIONS, options);
      return observeChanges({ listen: listeners.add, ending, signal });
    },
  };
}

import { describeError } from "../util/describe-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { isError } from "../util/is-error.ts";
import { createListeners, type Listeners } from "../util/listeners.ts";
import { logText } from "../util/logger.ts";
import { quoteDetail } from "../util/printable.ts";
import { RED, type State } from "./state.ts";
import type { Status } from "./status.ts";

/** Any class. */
export type Constructor = new (...args: never[]) => object;

/** The key of the function by which a provider accepts listeners for its state. */
const PUSH: unique symbol = Symbol.for("svc-status.push");

/** Calls `listener` when the handler's state changes. Returns a function that removes the listener. */
export function onPush(handler: object, listener: () => void): () => void {
  const { [PUSH]: subscribe } = handler as { [PUSH]?: Listeners<void>["add"] };
  return subscribe === undefined ? () => {} : subscribe(listener);
}

/** A status provider whose state the application sets. */
export interface SettableState {
  /** If set, it logs each change of the state at `info`. */
  logger?: { info(message: string): void };
  /** Sets the state and replaces all other properties. */
  setState(state: State, properties?: Readonly<Record<string, unknown>>): void;
  /** The state that was set last; `undefined` before the first time. */
  readonly state: State | undefined;
  /** The status that was set last. Before the first time: RED, `state was never set`. */
  status(): Status;
}

/** The class `Base` with a settable state: its constructor, its static members, its instances. */
export type WithSettableState<Base extends Constructor> = {
  new (...args: ConstructorParameters<Base>): InstanceType<Base> & SettableState;
} & { [Member in keyof Base]: Base[Member] };

/**
 * Adds a settable state to a class: `class Worker extends StateHandlerMixin(EventEmitter) {}`.
 * The instances are status providers. You may override `status()`.
 */
export function StateHandlerMixin<Base extends Constructor>(base: Base): WithSettableState<Base> {
  class SettableStateClass extends (base as Constructor) implements SettableState {
    #status: Status | undefined;
    readonly #listeners: Listeners<void> = createListeners<void>(() => {});
    declare logger?: { info(message: string): void }; // keeps a logger that `base` defines

    get [PUSH](): Listeners<void>["add"] {
      return this.#listeners.add;
    }

    get state(): State | undefined {
      return this.#status?.state;
    }

    setState(state: State, properties: Readonly<Record<string, unknown>> = {}): void {
      const before = this.#status?.state;
      // The state comes first, as in the original, and no property can replace it.
      this.#status = Object.assign({ state }, properties, { state });
      if (state === before) return;
      logText(this.logger, describeChange(before, this.#status));
      this.#listeners.emit();
    }

    status(): Status {
      return this.#status ?? { state: RED, detail: "state was never set" };
    }
  }
  return SettableStateClass as unknown as WithSettableState<Base>;
}

function describeChange(before: State | undefined, { state, detail }: Status): string {
  const change = `state change: ${before ?? "none"} -> ${state}`;
  return detail === undefined ? change : `${change} ${quoteDetail(describeDetail(detail))}`;
}

function describeDetail(detail: unknown): string {
  if (typeof detail === "string") return detail;
  return isError(detail) ? describeError(detail) : describeValue(detail);
}

const SettableStateBase: new () => SettableState = StateHandlerMixin(class {});

/**
 * Holds a state that the application sets.
 *
 * @example
 * const importJob = new StateHandler();
 * addStatusHandler("ImportJob", importJob);
 * importJob.setState(YELLOW, { detail: "starting" });
 */
export class StateHandler extends SettableStateBase {}

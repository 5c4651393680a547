import type { StatusHandler } from "../../core/handler.ts";
import type { HandlerOptions } from "../../core/handler-options.ts";
import type { Shapes, TextShape } from "../../options/shape.ts";

/** How a configuration of `svc-status serve` names a check and describes its options. */
export interface CheckDefinition {
  /** The beginning of its default name. */
  readonly title: string;
  /** The first argument of the check. Default: it checks this process, and has only options. */
  readonly target?: TextShape;
  /** Shortens the target for the name. Default: unchanged. */
  readonly shorten?: (target: string) => string;
  readonly options: Shapes;
  /** Default handler options. The check itself has a default scope. */
  readonly defaults?: HandlerOptions;
}

/** A check that needs no client. */
export type Check = (...args: never[]) => StatusHandler;

const DEFINITION: unique symbol = Symbol("definition");

/** The definition is a property of the function, so that the check's module need not export it. */
export function define(check: Check, definition: CheckDefinition): void {
  Object.defineProperty(check, DEFINITION, { value: definition });
}

/** @throws TypeError if the check has no definition. */
export function getDefinition(check: Check): CheckDefinition {
  const { [DEFINITION]: definition } = check as { readonly [DEFINITION]?: CheckDefinition };
  if (definition === undefined) throw new TypeError(`${check.name} has no definition`);
  return definition;
}

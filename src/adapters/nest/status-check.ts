import { shareAmongCopies } from "../../core/copies.ts";
import type { StatusFunction } from "../../core/handler.ts";
import type { HandlerOptions } from "../../core/handler-options.ts";

/** A method that was declared as a status handler. */
export interface DeclaredCheck {
  readonly name: string;
  readonly method: string | symbol;
  readonly options: HandlerOptions | undefined;
}

/** A decorator for methods that return or resolve a status. */
export type StatusCheckDecorator = <Method extends StatusFunction>(
  prototype: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Makes a method of a provider or a controller a status handler, from the start of the application to its end.
 *
 * @example
 * @StatusCheck("DatabaseConnection", { timeoutMs: 2_000 })
 * checkDatabase(): Promise<Status> { … }
 */
export function StatusCheck(name: string, options?: HandlerOptions): StatusCheckDecorator {
  return function declareCheck(prototype, method) {
    const declared = declaredChecks.get(prototype) ?? [];
    declaredChecks.set(prototype, [...declared, { name, method, options }]);
  };
}

const declaredChecks = shareAmongCopies(
  "declaredChecks",
  () => new WeakMap<object, readonly DeclaredCheck[]>(),
);

/** The checks of an instance, those that its class inherits among them. */
export function findChecks(instance: object): readonly DeclaredCheck[] {
  const prototype: unknown = Object.getPrototypeOf(instance);
  if (typeof prototype !== "object" || prototype === null) return [];
  return [...(declaredChecks.get(prototype) ?? []), ...findChecks(prototype)];
}

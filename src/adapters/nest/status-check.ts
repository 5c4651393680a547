import type { StatusFunction } from "../../core/handler.ts";
import type { HandlerOptions } from "../../core/handler-options.ts";
import { shareAmongCopies } from "../../util/copies.ts";

/** A method, or a property that contains a handler, declared with `StatusCheck`. */
export interface DeclaredCheck {
  readonly name: string;
  readonly member: string | symbol;
  readonly options: HandlerOptions | undefined;
}

/**
 * A decorator for methods that return or resolve a status, and for properties that contain a status handler.
 */
export interface StatusCheckDecorator {
  <Method extends StatusFunction>(
    prototype: object,
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void;
  (prototype: object, property: string | symbol): void;
}

/**
 * Declares a method of a provider or controller as a status handler. On a property, it declares the handler
 * that the property contains when the application starts. The handler stays registered until the application
 * ends.
 *
 * @example
 * @StatusCheck("DatabaseConnection", { timeoutMs: 2_000 })
 * checkDatabase(): Promise<Status> { … }
 *
 * @StatusCheck("Cache")
 * readonly cache = redis(this.client);
 */
export function StatusCheck(name: string, options?: HandlerOptions): StatusCheckDecorator {
  return function declareCheck(prototype: object, member: string | symbol) {
    const declared = declaredChecks.get(prototype) ?? [];
    declaredChecks.set(prototype, [...declared, { name, member, options }]);
  };
}

const declaredChecks = shareAmongCopies(
  "declaredChecks",
  () => new WeakMap<object, readonly DeclaredCheck[]>(),
);

/** The checks of an instance, including inherited ones. */
export function findChecks(instance: object): readonly DeclaredCheck[] {
  const prototype: unknown = Object.getPrototypeOf(instance);
  if (typeof prototype !== "object" || prototype === null) return [];
  return [...(declaredChecks.get(prototype) ?? []), ...findChecks(prototype)];
}

import type { StatusFunction, StatusHandler } from "../../core/handler.ts";
import type { StatusRegistry } from "../../core/registry/registry.ts";
import { failExpectation } from "../../options/expect.ts";
import { type DeclaredCheck, findChecks } from "./status-check.ts";

/** Nest's wrapper of a provider or a controller. */
export interface Wrapper {
  readonly instance: unknown;
  readonly isTransient: boolean;
  /** `false`: Nest creates an instance for each request. */
  isDependencyTreeStatic(): boolean;
}

/** Registers the handlers declared with `StatusCheck`. Nest calls the methods. */
export interface Registrar {
  /** Runs after every `onModuleInit`, so connections that these hooks open are available to handlers. */
  onApplicationBootstrap(): void;
  onModuleDestroy(): void;
}

interface BoundCheck {
  readonly check: DeclaredCheck;
  readonly instance: object;
}

export function createRegistrar(registry: StatusRegistry, getWrappers: () => readonly Wrapper[]): Registrar {
  let names: readonly string[] = [];
  return {
    onApplicationBootstrap() {
      const bound = bindChecks(getWrappers());
      names = [...bound.keys()];
      for (const [name, { check, instance }] of bound)
        registry.addStatusHandler(name, toHandler(instance, check.member), check.options);
    },
    onModuleDestroy() {
      for (const name of names) registry.removeStatusHandler(name);
    },
  };
}

function bindChecks(wrappers: readonly Wrapper[]): ReadonlyMap<string, BoundCheck> {
  const bound = new Map<string, BoundCheck>();
  for (const wrapper of wrappers) {
    const { instance } = wrapper;
    if (typeof instance !== "object" || instance === null) continue;
    for (const check of findChecks(instance)) {
      expectSingleton(check, wrapper);
      const other = bound.get(check.name);
      if (other === undefined) bound.set(check.name, { check, instance });
      else expectSameCheck(other, { check, instance });
    }
  }
  return bound;
}

function expectSingleton({ name }: DeclaredCheck, wrapper: Wrapper): void {
  if (!wrapper.isTransient && wrapper.isDependencyTreeStatic()) return;
  throw new TypeError(`@StatusCheck(${JSON.stringify(name)}): expected a provider of the default scope`);
}

/** A class that two modules provide has two instances with the same check. The first one is registered. */
function expectSameCheck(one: BoundCheck, other: BoundCheck): void {
  const isSame = one.check === other.check && one.instance.constructor === other.instance.constructor;
  if (!isSame) failExpectation("@StatusCheck(name)", "a name that no other provider has", other.check.name);
}

/** A property contains the handler itself. A method of the prototype is called on its instance. */
function toHandler<Member extends string | symbol>(instance: object, member: Member): StatusHandler {
  const provider = instance as Readonly<Record<Member, StatusFunction>>;
  const isMethod = typeof provider[member] === "function" && !Object.hasOwn(instance, member);
  return isMethod ? (context) => provider[member](context) : provider[member];
}

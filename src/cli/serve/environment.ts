import type { Shapes } from "../../options/shape.ts";
import { toError } from "../../options/words.ts";
import { holdsSecrets } from "./shapes.ts";

/** The environment variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A value from the environment, so that no file has to contain it. */
export interface FromEnvironment {
  readonly env: string;
}

/** @throws TypeError that begins with the option, if the environment has no such variable. */
export function readEnvironment(option: string, { env: name }: FromEnvironment, env: Environment): string {
  const value = env[name];
  if (value === undefined || value === "")
    throw toError({
      path: option,
      text: `expected a value in the environment variable ${name}, got nothing`,
    });
  return value;
}

/** Replaces the references to environment variables in the options of a check by their values. */
export function fillOptions(options: object, shapes: Shapes, env: Environment): object {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      holdsSecrets(shapes[key]) && value !== undefined ? fillMap(key, value, env) : value,
    ]),
  );
}

function fillMap(
  option: string,
  map: Readonly<Record<string, string | FromEnvironment>>,
  env: Environment,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [
      name,
      typeof value === "string" ? value : readEnvironment(`${option}.${name}`, value, env),
    ]),
  );
}

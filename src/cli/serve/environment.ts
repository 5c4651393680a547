import { toError } from "../../options/words.ts";

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

/** Replaces references to environment variables in headers by their values. */
export function fillHeaders(
  headers: Readonly<Record<string, string | FromEnvironment>>,
  env: Environment,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === "string" ? value : readEnvironment(`headers.${name}`, value, env),
    ]),
  );
}

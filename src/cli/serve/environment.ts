/** The environment variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that the environment holds, so that no file has to. */
export interface FromEnvironment {
  readonly env: string;
}

/** @throws TypeError that begins with the option, where the environment has no such variable. */
export function readEnvironment(option: string, { env: name }: FromEnvironment, env: Environment): string {
  const value = env[name];
  if (value === undefined || value === "")
    throw new TypeError(`${option}: expected a value in the environment variable ${name}, got nothing`);
  return value;
}

/** Headers with the values that stand in the environment. */
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

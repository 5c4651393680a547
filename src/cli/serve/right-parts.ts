import { joinPath, type Mistake } from "../../options/find-mistakes.ts";
import type { CheckConfig, ServeConfig } from "./config.ts";

/** A configuration, or what of one has the right form. */
export interface RightParts extends Omit<ServeConfig, "checks"> {
  /** `undefined` stands for a check that has not. */
  readonly checks?: readonly (CheckConfig | undefined)[];
}

/** What no mistake is about, so that it can be looked at further: whoever mends a file wants to know all of them. */
export function toRightParts(value: unknown, mistakes: readonly Mistake[]): RightParts {
  const paths = mistakes.map(({ path }) => path);
  if (paths.includes("")) return { checks: [] };
  const config = value as Readonly<Record<string, unknown>>;
  const right = Object.entries(config).filter(
    ([key]) => key !== "checks" && !isAbout(paths, joinPath("", key)),
  );
  return {
    ...Object.fromEntries(right),
    ...("checks" in config && { checks: toRightChecks(config["checks"], paths) }),
  };
}

function toRightChecks(checks: unknown, paths: readonly string[]): readonly (CheckConfig | undefined)[] {
  if (!Array.isArray(checks)) return [];
  return checks.map((check: CheckConfig, index) =>
    isAbout(paths, joinPath("checks", index)) ? undefined : check,
  );
}

function isAbout(paths: readonly string[], part: string): boolean {
  return paths.some((path) => path === part || path.startsWith(`${part}.`) || path.startsWith(`${part}[`));
}

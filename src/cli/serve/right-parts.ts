import { joinPath } from "../../options/read.ts";
import type { Mistake } from "../../options/words.ts";
import type { CheckConfig, ServeConfig } from "./config.ts";

/** A configuration, or the valid parts of one. */
export interface RightParts extends Omit<ServeConfig, "checks"> {
  /** `undefined` replaces an invalid check. */
  readonly checks?: readonly (CheckConfig | undefined)[];
}

/** Returns the parts without mistakes, so that later checks can find the other mistakes in the same run. */
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

import type { Mistake } from "../../options/words.ts";
import type { ServeConfig } from "./config.ts";
import type { Environment } from "./environment.ts";
import { type Loaded, loadConfig, toUnreadable } from "./load-config.ts";
import { discard, type Prepared, prepare } from "./prepare.ts";
import type { RightParts } from "./right-parts.ts";

/** A configuration and its handlers, or all its mistakes. */
export type Setup =
  | { readonly config: ServeConfig; readonly prepared: Prepared; readonly mistakes?: never }
  | { readonly mistakes: readonly Mistake[] };

/**
 * Reads a file and creates its handlers. Without a file, uses the defaults for any machine. Never rejects.
 */
export async function readSetup(file: string | undefined, env: Environment): Promise<Setup> {
  const loaded: Loaded = file === undefined ? { config: {} } : await loadConfig(file);
  if (loaded.mistakes !== undefined) {
    const further = loaded.right === undefined ? [] : await findFurtherMistakes(loaded.right, env);
    return { mistakes: [...loaded.mistakes, ...further] };
  }
  const { config } = loaded;
  try {
    const preparation = await prepare(config, env);
    return preparation.mistakes === undefined ? { config, prepared: preparation.prepared } : preparation;
  } catch (error) {
    return { mistakes: [toUnreadable(error)] };
  }
}

async function findFurtherMistakes(right: RightParts, env: Environment): Promise<readonly Mistake[]> {
  try {
    const { prepared, mistakes = [] } = await prepare(right, env);
    for (const handler of prepared?.handlers ?? []) discard(handler);
    return mistakes;
  } catch {
    // An object from a module may throw when it is read again. There already are mistakes to report.
    return [];
  }
}

import type { Mistake } from "../schema/find-mistakes.ts";
import type { ServeConfig } from "./config.ts";
import type { Environment } from "./environment.ts";
import { loadConfig } from "./load-config.ts";
import { type Prepared, prepare } from "./prepare.ts";

/** A configuration and what came of it, or everything that is wrong with it. */
export type Setup =
  | { readonly config: ServeConfig; readonly prepared: Prepared; readonly mistakes?: never }
  | { readonly mistakes: readonly Mistake[] };

/** Reads a file and makes what it asks for; without one, what is right for any machine. Never rejects. */
export async function readSetup(file: string | undefined, env: Environment): Promise<Setup> {
  const loaded = file === undefined ? { config: {} } : await loadConfig(file);
  if ("mistakes" in loaded) return { mistakes: loaded.mistakes ?? [] };
  const { config } = loaded;
  const preparation = await prepare(config, env);
  return preparation.mistakes === undefined ? { config, prepared: preparation.prepared } : preparation;
}

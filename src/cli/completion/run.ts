import type { Commands, ExitStatus, Invocation } from "../command.ts";
import { renderBash } from "./bash.ts";
import type { COMPLETION } from "./definition.ts";
import { renderFish } from "./fish.ts";
import { renderZsh } from "./zsh.ts";

const RENDERERS: Readonly<Record<string, (commands: Commands) => string>> = {
  bash: renderBash,
  zsh: renderZsh,
  fish: renderFish,
};

/** Prints the completion script of a shell. */
export async function runCompletion({
  operands,
  commands,
  io,
}: Invocation<typeof COMPLETION>): Promise<ExitStatus> {
  io.stdout.write(RENDERERS[operands[0] ?? ""]?.(commands) ?? "");
  return 0;
}

import type { Command } from "./command.ts";

/**
 * Every command. A new one is one more line here, a definition, and a module that is loaded when it is called:
 *
 * `serve: toCommand(SERVE, async () => (await import("./serve/run.ts")).runServe),`
 */
export const COMMANDS: Readonly<Record<string, Command>> = {};

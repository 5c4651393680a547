import type { Io } from "./io.ts";

/**
 * The exit statuses of all commands except `run`, as for monitoring plugins: 0 OK, 1 YELLOW, 2 RED, 3 for no
 * answer, no status, and invalid arguments.
 */
export type ExitStatus = 0 | 1 | 2 | 3;

interface CommonDefinition {
  /** One letter, for `-n`. */
  readonly short?: string;
  /** Its effect, in one line without a period. */
  readonly help: string;
}

/** `--quiet`: present or not. */
export interface FlagOption extends CommonDefinition {
  readonly type: "flag";
}

interface ValueDefinition extends CommonDefinition {
  /** If `true`, all occurrences count. Otherwise, the last one counts. */
  readonly repeatable?: true;
}

/** `--header 'Name: value'`: any text. */
export interface TextOption extends ValueDefinition {
  readonly type: "text";
  /** The placeholder for the value in the help: `FILE`. */
  readonly placeholder: string;
  readonly default?: string;
  /** Default: an empty text is rejected, because it comes from an unset variable of the shell. */
  readonly mayBeEmpty?: true;
  /** The kind of value that shells complete. */
  readonly completes?: "file";
}

/** `--format json`: one of several choices. */
export interface ChoiceOption extends ValueDefinition {
  readonly type: "choice";
  readonly choices: readonly string[];
  readonly default?: string;
}

/** `--timeout 10s`: the value is in milliseconds. */
export interface DurationOption extends CommonDefinition {
  readonly type: "duration";
  /** As the user would type it. */
  readonly default?: string;
}

/** `--port 8080`: an integer within a range. */
export interface IntegerOption extends CommonDefinition {
  readonly type: "integer";
  readonly placeholder: string;
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}

/** One option. Help, parsing, shell completion and the manual page are all generated from it. */
export type OptionDefinition = FlagOption | TextOption | ChoiceOption | DurationOption | IntegerOption;

export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

/** An argument without a dash. Only the last one may be optional or repeatable. */
export interface OperandDefinition {
  /** As the help shows it: `URL`. */
  readonly placeholder: string;
  readonly help: string;
  readonly optional?: true;
  readonly repeatable?: true;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  readonly completes?: "file";
}

/** The definition of a command, for help, completion, the manual page and the parser. */
export interface CommandDefinition {
  /** Its effect, in one line without a period. */
  readonly summary: string;
  /** More details, one paragraph per item. */
  readonly description: readonly string[];
  readonly operands: readonly OperandDefinition[];
  readonly options: OptionDefinitions;
  /** `true`: it connects to a service, and also has the options of `CONNECTION_OPTIONS`. */
  readonly connects?: true;
  /** `true`: it handles signals itself. `io.signal` is never aborted. */
  readonly ownsSignals?: true;
  /** The meanings of its exit statuses, if they differ from those of the other commands. */
  readonly exits?: Readonly<Record<string, string>>;
  /** Command lines without `svc-status`, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
}

type SingleValue<D> = D extends { type: "flag" }
  ? boolean
  : D extends { type: "duration" | "integer" }
    ? number
    : D extends { choices: readonly (infer Choice)[] }
      ? Choice
      : string;

/** The value of an option: `undefined` if it is not given and has no default. */
export type OptionValue<D> = D extends { repeatable: true }
  ? readonly SingleValue<D>[]
  : D extends { type: "flag" } | { default: unknown }
    ? SingleValue<D>
    : SingleValue<D> | undefined;

export type OptionValues<Options> = { readonly [Name in keyof Options]: OptionValue<Options[Name]> };

/** The arguments of a command, checked against its definition. */
export interface Invocation<Definition extends CommandDefinition> {
  /** Their number matches the definition. */
  readonly operands: readonly string[];
  readonly values: OptionValues<Definition["options"] & typeof CONNECTION_OPTIONS & typeof GENERAL_OPTIONS>;
  /** All commands. */
  readonly commands: Commands;
  readonly io: Io;
}

/** Runs a command. A rejection is reported in one line, and the exit status is 3. */
export type Run<Definition extends CommandDefinition> = (
  invocation: Invocation<Definition>,
) => Promise<number>;

/** A command in the table. Its definition is available at once; its code is loaded when it is called. */
export interface Command {
  readonly definition: CommandDefinition;
  load(): Promise<(invocation: Invocation<CommandDefinition>) => Promise<number>>;
}

/** Every command by its name. */
export type Commands = Readonly<Record<string, Command>>;

/** The options of all commands that connect to a service. */
export const CONNECTION_OPTIONS = {
  header: {
    type: "text",
    short: "H",
    placeholder: "'NAME: VALUE'",
    repeatable: true,
    help: "Send this header, if URL names a host",
  },
  ca: {
    type: "text",
    placeholder: "FILE",
    completes: "file",
    help: "Trust certificates signed by those in this PEM file",
  },
  insecure: { type: "flag", help: "Accept any certificate, without verification" },
} as const;

/** The options of every command. */
export const GENERAL_OPTIONS = {
  "no-color": { type: "flag", help: "No colors, even on a terminal" },
  debug: { type: "flag", help: "Show the stack trace of an error" },
  help: { type: "flag", short: "h", help: "Show this help" },
} as const;

/** Connects a definition to the module that implements it, which is loaded when the command is called. */
export function toCommand<Definition extends CommandDefinition>(
  definition: Definition,
  load: () => Promise<Run<Definition>>,
): Command {
  // The parser has validated the values against the same definition.
  return { definition, load: load as Command["load"] };
}

/** All options of a command, by name. Its own options come first. */
export function toAllOptions({ options, connects }: CommandDefinition): OptionDefinitions {
  return { ...options, ...(connects && CONNECTION_OPTIONS), ...GENERAL_OPTIONS };
}

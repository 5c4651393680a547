import type { Io } from "./io.ts";

/**
 * What the process ends with, in the order that monitoring plugins use: 0 OK, 1 YELLOW, 2 RED, 3 for no answer, no
 * status, and wrong arguments.
 */
export type ExitStatus = 0 | 1 | 2 | 3;

interface CommonDefinition {
  /** One letter, for `-n`. */
  readonly short?: string;
  /** What it does, in a line without a full stop. */
  readonly help: string;
}

/** `--quiet`: there or not. */
export interface FlagOption extends CommonDefinition {
  readonly type: "flag";
}

interface ValueDefinition extends CommonDefinition {
  /** Given more than once, all count. Without it the last one counts. */
  readonly repeatable?: true;
}

/** `--header 'Name: value'`: any text. */
export interface TextOption extends ValueDefinition {
  readonly type: "text";
  /** What stands for the value in the help: `FILE`. */
  readonly placeholder: string;
  readonly default?: string;
  /** Left out, an empty text is refused: it comes from a variable of the shell that was not set. */
  readonly mayBeEmpty?: true;
  /** What shells offer for it. */
  readonly completes?: "file";
}

/** `--format json`: one of several words. */
export interface ChoiceOption extends ValueDefinition {
  readonly type: "choice";
  readonly choices: readonly string[];
  readonly default?: string;
}

/** `--timeout 10s`: the value is in milliseconds. */
export interface DurationOption extends CommonDefinition {
  readonly type: "duration";
  /** As it would be typed. */
  readonly default?: string;
}

/** `--port 8080`: a number without a fraction, between two others. */
export interface IntegerOption extends CommonDefinition {
  readonly type: "integer";
  readonly placeholder: string;
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}

/** One option. Help, parsing, shell completion and the manual page are all made from it. */
export type OptionDefinition = FlagOption | TextOption | ChoiceOption | DurationOption | IntegerOption;

export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

/** What stands behind a command without a dash. Only the last one may be optional or repeatable. */
export interface OperandDefinition {
  /** As the help shows it: `URL`. */
  readonly placeholder: string;
  readonly help: string;
  readonly optional?: true;
  readonly repeatable?: true;
  /** The only words it may be. */
  readonly choices?: readonly string[];
  readonly completes?: "file";
}

/** What help, completion and the manual page tell of a command, and what its arguments are checked against. */
export interface CommandDefinition {
  /** What it does, in a line without a full stop. */
  readonly summary: string;
  /** More about it, a paragraph each. */
  readonly description: readonly string[];
  readonly operands: readonly OperandDefinition[];
  readonly options: OptionDefinitions;
  /** `true`: it asks a service, and takes the options of `CONNECTION_OPTIONS` too. */
  readonly connects?: true;
  /** `true`: it listens for signals itself. `io.signal` is never aborted. */
  readonly ownsSignals?: true;
  /** What its exit statuses mean, where they are not those that every command has. */
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

/** The value of an option: `undefined` where it was not given and has no default. */
export type OptionValue<D> = D extends { repeatable: true }
  ? readonly SingleValue<D>[]
  : D extends { type: "flag" } | { default: unknown }
    ? SingleValue<D>
    : SingleValue<D> | undefined;

export type OptionValues<Options> = { readonly [Name in keyof Options]: OptionValue<Options[Name]> };

/** What somebody typed, checked, for a command with this definition. */
export interface Invocation<Definition extends CommandDefinition> {
  /** As many as the definition asks for. */
  readonly operands: readonly string[];
  readonly values: OptionValues<Definition["options"] & typeof CONNECTION_OPTIONS & typeof GENERAL_OPTIONS>;
  /** Every command that there is. */
  readonly commands: Commands;
  readonly io: Io;
}

/** Carries a command out. What it rejects with is told in one line, and the exit status is 3. */
export type Run<Definition extends CommandDefinition> = (
  invocation: Invocation<Definition>,
) => Promise<ExitStatus>;

/** A command in the table: what it is at once, what carries it out only when it is called. */
export interface Command {
  readonly definition: CommandDefinition;
  load(): Promise<(invocation: Invocation<CommandDefinition>) => Promise<ExitStatus>>;
}

/** Every command by its name. */
export type Commands = Readonly<Record<string, Command>>;

/** The options of all commands that ask a service. */
export const CONNECTION_OPTIONS = {
  header: {
    type: "text",
    short: "H",
    placeholder: "'NAME: VALUE'",
    repeatable: true,
    help: "Send this header too, to a host that you name",
  },
  ca: {
    type: "text",
    placeholder: "FILE",
    completes: "file",
    help: "Trust certificates that are signed by those in this PEM file",
  },
  insecure: { type: "flag", help: "Take any certificate, without knowing who answers" },
} as const;

/** The options of every command. */
export const GENERAL_OPTIONS = {
  "no-color": { type: "flag", help: "No colours, even on a terminal" },
  debug: { type: "flag", help: "Show the stack of what went wrong" },
  help: { type: "flag", short: "h", help: "Show this help" },
} as const;

/** Ties a definition to the module that carries it out, which is loaded when it is called. */
export function toCommand<Definition extends CommandDefinition>(
  definition: Definition,
  load: () => Promise<Run<Definition>>,
): Command {
  // The parser has checked the values against the same definition.
  return { definition, load: load as Command["load"] };
}

/** All options of a command, by name: its own first. */
export function toAllOptions({ options, connects }: CommandDefinition): OptionDefinitions {
  return { ...options, ...(connects && CONNECTION_OPTIONS), ...GENERAL_OPTIONS };
}

import {
  type CommandDefinition,
  type Commands,
  type OperandDefinition,
  type OptionDefinition,
  toAllOptions,
} from "../command.ts";

/** The completions that a shell offers for an option or an operand. */
export interface Offer {
  readonly words: readonly string[];
  readonly files: boolean;
}

/** A command, as needed for completion. */
export interface CommandWords {
  readonly name: string;
  readonly definition: CommandDefinition;
  readonly options: readonly (readonly [name: string, option: OptionDefinition])[];
  readonly operand: Offer;
}

/** The options without a command. */
export const ROOT_OPTIONS: Readonly<Record<string, string>> = {
  "--help": "Show the commands",
  "--version": "Show the version",
};

const NO_OPERAND: OperandDefinition = { placeholder: "", help: "" };

export function toCommandWords(commands: Commands): CommandWords[] {
  return Object.entries(commands).map(([name, { definition }]) => ({
    name,
    definition,
    options: Object.entries(toAllOptions(definition)),
    operand: toOffer(definition.operands[0] ?? NO_OPERAND),
  }));
}

/** `undefined`: the option takes no value. */
export function toValueOffer(option: OptionDefinition): Offer | undefined {
  return option.type === "flag" ? undefined : toOffer(option);
}

function toOffer(of: OptionDefinition | OperandDefinition): Offer {
  return {
    words: "choices" in of ? of.choices : [],
    files: "completes" in of && of.completes === "file",
  };
}

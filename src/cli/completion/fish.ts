import type { Commands, OptionDefinition } from "../command.ts";
import { type CommandWords, type Offer, ROOT_OPTIONS, toCommandWords, toValueOffer } from "./words.ts";

/** The completion for fish. */
export function renderFish(commands: Commands): string {
  const all = toCommandWords(commands);
  const root = Object.entries(ROOT_OPTIONS).map(
    ([option, help]) =>
      `complete -c svc-status -n __fish_use_subcommand -l ${option.slice(2)} -d ${quote(help)}`,
  );
  const lines = [...root, ...all.flatMap(renderCommand)];
  return `# Completion of svc-status for fish.\ncomplete -c svc-status -f\n${lines.join("\n")}\n`;
}

function renderCommand({ name, definition, options, operand }: CommandWords): string[] {
  const seen = `complete -c svc-status -n '__fish_seen_subcommand_from ${name}'`;
  return [
    `complete -c svc-status -n __fish_use_subcommand -a ${name} -d ${quote(definition.summary)}`,
    ...options.map((option) => `${seen} ${renderOption(option)}`),
    ...(operand.words.length > 0 || operand.files ? [`${seen}${renderOffer(operand)}`] : []),
  ];
}

function renderOption([name, option]: readonly [string, OptionDefinition]): string {
  const short = option.short === undefined ? "" : ` -s ${option.short}`;
  const offer = toValueOffer(option);
  const value = offer === undefined ? "" : ` -r${renderOffer(offer)}`;
  return `-l ${name}${short}${value} -d ${quote(option.help)}`;
}

function renderOffer({ words, files }: Offer): string {
  if (files) return " -F";
  return words.length === 0 ? " -f" : ` -f -a ${quote(words.join(" "))}`;
}

/** In single quotes, fish has two escapes. */
function quote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}

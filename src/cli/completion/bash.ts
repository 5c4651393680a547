import type { Commands } from "../command.ts";
import { type CommandWords, type Offer, ROOT_OPTIONS, toCommandWords, toValueOffer } from "./words.ts";

/** The completion for bash. It requires only bash itself. */
export function renderBash(commands: Commands): string {
  const all = toCommandWords(commands);
  const first = [...all.map(({ name }) => name), ...Object.keys(ROOT_OPTIONS)].join(" ");
  return `# Completion of svc-status for bash.
_svc_status() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words="" files=0
  # "=" is a separate word: --format=json is three words.
  if [[ $word == "=" ]]; then word=""; elif [[ $before == "=" ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if [[ $COMP_CWORD -eq 1 ]]; then
    words=${JSON.stringify(first)}
  else
    case "\${COMP_WORDS[1]} $before" in
${all.flatMap(renderValues).join("\n")}
      *)
        case "\${COMP_WORDS[1]}" in
${all.map(renderOptions).join("\n")}
        esac
        ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [[ $files -eq 1 ]]; then
    compopt -o filenames
    COMPREPLY+=($(compgen -f -- "$word"))
  fi
}
complete -F _svc_status svc-status
`;
}

/** The words that may follow the options of a command that take a value. */
function renderValues({ name, options }: CommandWords): string[] {
  return options.flatMap(([option, definition]) => {
    const offer = toValueOffer(definition);
    if (offer === undefined) return [];
    const short = definition.short === undefined ? "" : ` | "${name} -${definition.short}"`;
    return [`      "${name} --${option}"${short}) ${renderOffer(offer)} ;;`];
  });
}

function renderOptions({ name, options, operand }: CommandWords): string {
  const words = [...operand.words, ...options.map(([option]) => `--${option}`)];
  return `          ${name}) ${renderOffer({ ...operand, words })} ;;`;
}

function renderOffer({ words, files }: Offer): string {
  return `words="${words.join(" ")}"${files ? " files=1" : ""}`;
}

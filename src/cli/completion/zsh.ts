import type { Commands, OptionDefinition } from "../command.ts";
import { toPlaceholder } from "../parse.ts";
import { quote } from "../shell-quote.ts";
import { type CommandWords, type Offer, ROOT_OPTIONS, toCommandWords, toValueOffer } from "./words.ts";

/** The completion for zsh: a file for a folder of `fpath`. */
export function renderZsh(commands: Commands): string {
  const all = toCommandWords(commands);
  const first = [
    ...all.map(({ name, definition }) => quote(`${name}:${escapeText(definition.summary)}`)),
    ...Object.entries(ROOT_OPTIONS).map(([option, help]) => quote(`${option}:${escapeText(help)}`)),
  ];
  return `#compdef svc-status
# Completion of svc-status for zsh.
_svc_status() {
  if (( CURRENT == 2 )); then
    local -a words=(
${first.map((word) => `      ${word}`).join("\n")}
    )
    _describe command words
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${all.map(renderCommand).join("\n")}
  esac
}
# Loaded by compinit it is called as the function of its file; sourced, it says what it is for.
if [[ $funcstack[1] == _svc-status ]]; then _svc_status "$@"; else compdef _svc_status svc-status; fi
`;
}

/** The URL completion of zsh. Without any completion here, zsh would complete no option either. */
const URLS = "_urls";

function renderCommand({ name, definition, options, operand }: CommandWords): string {
  const { placeholder = "", help = "", repeatable = false } = definition.operands[0] ?? {};
  const last =
    placeholder === ""
      ? []
      : [quote(`${repeatable ? "*" : "1"}:${escapeText(help)}:${toAction(operand) || URLS}`)];
  const specifications = [...options.map(renderOption), ...last];
  return `    ${name})\n      _arguments -S ${specifications.join(" \\\n        ")}\n      ;;`;
}

/** `'*--name=[help]:NAME:action'`, as _arguments expects it. */
function renderOption([name, option]: readonly [string, OptionDefinition]): string {
  const offer = toValueOffer(option);
  const value =
    offer === undefined || option.type === "flag"
      ? ""
      : `:${escapeText(toPlaceholder(option))}:${toAction(offer)}`;
  const long = `--${name}${value === "" ? "" : "="}`;
  const tail = `[${escapeText(option.help)}]${value}`;
  const isRepeatable = "repeatable" in option && option.repeatable === true;
  if (option.short === undefined) return quote(`${isRepeatable ? "*" : ""}${long}${tail}`);
  const short = `-${option.short}${value === "" ? "" : "+"}`;
  const group = isRepeatable ? "*" : `(-${option.short} --${name})`;
  return `${quote(group)}{${short},${long}}${quote(tail)}`;
}

function toAction({ words, files }: Offer): string {
  if (files) return "_files";
  return words.length === 0 ? "" : `(${words.join(" ")})`;
}

/** Colons separate the parts of a specification, and brackets enclose its help. */
function escapeText(text: string): string {
  return text.replace(/[:[\]\\]/g, "\\$&");
}

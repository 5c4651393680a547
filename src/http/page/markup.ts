/** HTML that may be sent as it is. Only `html` makes it. */
export interface Markup {
  readonly [MARKUP]: string;
}

/** What may stand in a template. Text and numbers are escaped; what is missing or `false` is nothing. */
export type Part = string | number | Markup | readonly Markup[] | undefined | false;

const MARKUP: unique symbol = Symbol("markup");

/** Of each template its own text, without the line breaks and indents that it is written with. */
const compacted = new WeakMap<TemplateStringsArray, readonly string[]>();

/** A template of HTML, in which everything that is put in is text, unless it was made by a template itself. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const [first = "", ...rest] = compact(template);
  return { [MARKUP]: parts.reduce<string>((text, part, index) => text + toHtml(part) + rest[index], first) };
}

/** Style and script: the text between their tags has no escapes, so only what the build has made may stand there. */
export function verbatim(text: string): Markup {
  return { [MARKUP]: text };
}

export function toText(markup: Markup): string {
  return markup[MARKUP];
}

function compact(template: TemplateStringsArray): readonly string[] {
  const known = compacted.get(template);
  if (known !== undefined) return known;
  const texts = template.map((text) => text.replace(/\s*\n\s*/g, ""));
  compacted.set(template, texts);
  return texts;
}

function toHtml(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string" || typeof part === "number") return escapeText(String(part));
  return "length" in part ? part.map(toText).join("") : toText(part);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it has to stand in HTML, between tags and between quotes. */
function escapeText(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "") : text;
}

/** HTML that is safe to send. Only `html` creates it. */
export interface Markup {
  readonly [MARKUP]: string;
}

/** A value in a template. Text and numbers are escaped; `undefined` and `false` render nothing. */
export type Part = string | number | Markup | readonly Markup[] | undefined | false;

const MARKUP: unique symbol = Symbol("markup");

/** Caches the text of each template without its line breaks and indentation. */
const compacted = new WeakMap<TemplateStringsArray, readonly string[]>();

/** A template for HTML. It escapes all values except markup. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const [first = "", ...rest] = compact(template);
  return { [MARKUP]: parts.reduce<string>((text, part, index) => text + toHtml(part) + rest[index], first) };
}

/**
 * Style and script: the text between their tags cannot be escaped, so pass only text that the build
 * generated.
 */
export function verbatim(text: string): Markup {
  return { [MARKUP]: text };
}

/** A place for lines that readers of a live page receive once. Escaped text cannot contain it. */
export const LINES: Markup = verbatim("<!---->");

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

/** Escapes text for HTML, both between tags and between quotes. */
function escapeText(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "") : text;
}

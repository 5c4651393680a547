const CODE_BLOCK = /^```[\s\S]*?^```$/gm;
const CODE_SPAN = /`[^`\n]*`/g;
const LINK_TARGET = /\]\([^)\s]*\)/g;
/** In this order: a string can hold what looks like a comment, and the other way round. */
const TOKENS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/g;

/** The texts of a file that people read, each with the line that it begins in. Lines stay where they are. */
export function textsOf(file, content) {
  if (file.endsWith(".md")) return [{ line: 1, text: toProse(content) }];
  if (/\.ya?ml$/.test(file)) return [{ line: 1, text: content }];
  return [...content.matchAll(TOKENS)].flatMap((match) => {
    const text = toText(match[0]);
    if (text === undefined) return [];
    return [{ line: content.slice(0, match.index).split("\n").length, text }];
  });
}

/** A page without its code and the targets of its links. */
function toProse(markdown) {
  return markdown
    .replace(CODE_BLOCK, (block) => block.replace(/[^\n]/g, ""))
    .replace(CODE_SPAN, "`x`")
    .replace(LINK_TARGET, "]");
}

/** The text of a comment or of a string; no text is a string without a space, such as a name or a path. */
function toText(token) {
  if (token.startsWith("/")) {
    return token
      .replace(/^\/\*\*?|\*\/$|^\/\/ ?/g, "")
      .replace(/\n[ \t]*\* ?/g, "\n")
      .replace(CODE_SPAN, "`x`")
      .replace(/^[ \t]+/, "");
  }
  const text = token.slice(1, -1);
  return text.includes(" ") ? text : undefined;
}

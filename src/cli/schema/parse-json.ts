/**
 * The position at which a text stops being JSON, and the expected token. Lines and columns count from 1.
 */
export interface JsonError {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** Parses a text, or finds its first error. The messages of JSON.parse do not always contain the position. */
export function parseJson(text: string): { readonly value: unknown } | { readonly error: JsonError } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { error: locate(text, findError(text)) };
  }
}

interface Found {
  readonly at: number;
  readonly expected: string;
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const SCALAR = new RegExp(
  `(?:${STRING.source}|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null)`,
  "uy",
);

/** Maximum depth at which an error is located. Deeper nesting is not a configuration. */
export const MAX_JSON_DEPTH = 500;

/** Reads tokens up to the first one that is not allowed there. */
function findError(text: string): Found {
  let at = 0;
  let depth = 0;
  let found: Found | undefined;

  function skip(pattern: RegExp): boolean {
    pattern.lastIndex = at;
    const [token] = pattern.exec(text) ?? [];
    at += token?.length ?? 0;
    return token !== undefined;
  }
  function take(token: RegExp | string): boolean {
    skip(SPACE);
    if (typeof token !== "string") return skip(token);
    const isThere = text[at] === token;
    if (isThere) at += 1;
    return isThere;
  }
  function want(isThere: boolean, expected: string): boolean {
    if (!isThere) found ??= { at, expected };
    return isThere;
  }

  function readValue(): boolean {
    if (take("{")) return readList("}", readMember);
    if (take("[")) return readList("]", readValue);
    return want(take(SCALAR), "a value");
  }
  function readMember(): boolean {
    return (
      want(take(STRING), "a property name in double quotes") && want(take(":"), "a colon") && readValue()
    );
  }
  function readList(end: string, readItem: () => boolean): boolean {
    if (take(end)) return true;
    depth += 1;
    if (!want(depth <= MAX_JSON_DEPTH, "less nesting")) return false;
    do if (!readItem()) return false;
    while (take(","));
    depth -= 1;
    return want(take(end), `a comma or ${end}`);
  }

  if (readValue()) skip(SPACE);
  return found ?? { at, expected: "nothing more" };
}

function locate(text: string, { at, expected }: Found): JsonError {
  const before = text.slice(0, at).split("\n");
  const [character] = text.slice(at, at + 2);
  const got = character === undefined ? "the end of the file" : JSON.stringify(character);
  return {
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    text: `expected ${expected}, got ${got}`,
  };
}

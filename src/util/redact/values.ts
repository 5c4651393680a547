import { raw } from "./kind.ts";

// Patterns for the notation of names and values. A pattern stays linear because nothing that can fail follows
// an unbounded part: the text that it has read is either hidden or short.

/** White space, and the colors that `util.inspect` and loggers put between a name and its value. */
export const SPACE: string = raw`(?:\s|\x1b\[[\d;]{0,8}m)*`;

const ENTITY = raw`(?:&(?:quot|apos|#3[49]|#x2[27]);|\\u002[27])`;

/** A quote in code, in JSON within JSON, and in HTML. */
export const QUOTE: string = raw`(?:\\{0,7}["'\x60]|${ENTITY})`;

/** The end of a name: `"password":`, `config["password"] =`. */
export const NAME_END: string = `${QUOTE}?\\]?${SPACE}`;

// `=>` may also be `=` and a password that begins with `>`.
const ARROW = raw`(?<=\s)=>|=>(?=\s*(?:"[^"]{0,256}"|'[^']{0,256}'|\d+)(?:[\s,;)}\]]|$))`;

/** `:`, `=>`, and the `::` of LDIF. */
export const COLON: string = raw`(?::(?::(?=\s))?(?![=:]|//)|${ARROW})`;

/** `=`, `:=`, and `==` as in code. */
export const EQUALS: string = raw`(?:={2,3}\s+(?=["'])|:?=)`;

const PLAIN_QUOTED = raw`"(?:[^"\\]|\\[^]?)*"?|'(?:[^'\\]|\\[^]?)*'?`;

/** A value in quotes. Without a closing quote, it is the rest of the text. */
export const QUOTED: string = [
  `[bur]?(?:${PLAIN_QUOTED})`,
  "`[^`]*`?|[“‘][^”’]*[”’]?",
  raw`\\"(?:\\{3}"|[^"])*"?|\\'(?:\\{3}'|[^'])*'?|\\{3}"(?:\\{7}"|[^"])*"?`,
  `${ENTITY}(?:(?!${ENTITY})[^])*(?:${ENTITY})?`,
].join("|");

const AFTER_VALUE = raw`(?=[,)}\]]{0,2}(?:[\s;&]|$))`;

// After `=`, these count only if they are closed: a password without quotes can begin with any character.
const CLOSED = [
  raw`\{(?:[^}]|\}\}){0,256}\}`,
  "`[^`]{0,256}`|[“‘][^”’]{0,256}[”’]",
  raw`\\"(?:\\{3}"|[^"]){0,256}"|\\'(?:\\{3}'|[^']){0,256}'`,
  `${ENTITY}(?:(?!${ENTITY})[^]){0,256}${ENTITY}`,
].join("|");

// `Password=a b;Database=c`: only a semicolon ends a value in connection strings of ADO.NET and ODBC.
const UNTIL_SEMICOLON = raw`[^\s;="'][^;="']{0,256}(?=;\s{0,4}(?:$|["']|[a-z][\w ]{0,40}=))`;
const LAST_OF_CONNECTION_STRING = raw`(?<=;\s{0,4}[\w ]{0,40}=\s{0,4})[^\s;="'][^;="':,)]{0,256}`;

const NOTHING_WORDS = raw`yes|no|true|false|null|nil|none|undefined|\*{3,}|\?|%[sd]|\$\d{1,2}|\$\{\w{0,40}\}`;
const NOTHING_MARKS = raw`<[a-z][a-z_ -]{0,24}>|\[(?:redacted|hidden|filtered|masked|object|array|function|async|getter|setter|circular|class)[^\]]{0,60}\]`;

/** Excludes placeholders, which are not values: `(using password: YES)`, `password = ?`. */
function exceptNothing(after: string): string {
  return `(?!(?:${NOTHING_WORDS}|${NOTHING_MARKS})(?:${after}))`;
}

/** After a colon, punctuation ends a word. */
export const NOTHING: string = exceptNothing(raw`[\s,;&)}\]"'<|.!?:]|$`);

// After `=`, punctuation may belong to the value.
const NOTHING_ASSIGNED = exceptNothing(raw`[,)}\]"'.!]{0,2}(?:[\s;&]|$)`);

/** The value after `=`. */
export const ASSIGNED: string = `${NOTHING_ASSIGNED}(?:(?:${CLOSED})${AFTER_VALUE}|${PLAIN_QUOTED}|${UNTIL_SEMICOLON}|${LAST_OF_CONNECTION_STRING}|[^\\s&;]+)`;

// A word that describes the problem with a secret instead of the secret: `token: expired`, `password:
// ENOENT`.
const REASON_WORDS =
  "aborted|bad|blank|blocked|closed|corrupt|corrupted|declined|deleted|denied|disabled|empty|enabled|error|exceeded|expired|failed|failure|forbidden|ignored|illegal|include|incorrect|invalid|locked|malformed|mismatch|missing|ok|omit|optional|present|refused|rejected|required|reset|revoked|same-origin|set|skipped|timeout|unauthenticated|unauthorized|unavailable|unknown|unset|unsupported|valid|weak|wrong";
/** Excludes such a word if a delimiter follows it. */
export const NO_REASON_WORD: string = raw`(?!(?:${REASON_WORDS}|E[A-Z]{3,}\w{0,12}|[45]\d\d)[.!?]?(?:[\s,;)}\]"':]|$))`;

// A delimiter belongs to the value if more text follows it directly.
const VALUE_CHARACTER = raw`(?:[^\s,;}\])"']|[,;}\])"'](?![\s,;}\])"'.:]|$))`;
const END = raw`(?=\s*(?:$|[,;}\])"'|])|\x1b|\s[A-Z]\w{0,40}:\S)|(?<=[.!?])(?=\s)`;

/** An unquoted value after a colon counts only before a delimiter or the end, or if too long for prose. */
const BARE = `${NOTHING}${NO_REASON_WORD}(?:${VALUE_CHARACTER}{1,256}(?:${END})|${VALUE_CHARACTER}{257,})`;

// Lists, objects and buffers as `util.inspect` prints them.
const STRUCTURE = raw`\[[^\]]*\]?|<[^>]*>?|\{[^}]*\}?`;

/** The value after a colon. */
export const PROPERTY: string = `(?:${QUOTED}|${NOTHING}(?:${STRUCTURE})|${BARE})`;

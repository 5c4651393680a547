import { HIDDEN, type Kind } from "./kind.ts";

/**
 * `postgres://user:x@host`: from the scheme to the last `@` of the word. It works word by word, because a
 * pattern would read the rest of a word again at each `://` in it.
 */
export const URL_USER_INFO: Kind = { pattern: /[^\s"'<>`]+/g, replacement: hideUserInfo, clue: "@" };

/**
 * A password may contain quotes too. If quotes enclose the URL, however, this kind hides more than the URL.
 */
export const URL_USER_INFO_WITH_QUOTES: Kind = { pattern: /\S+/g, replacement: hideUserInfo, clue: "@" };

/** `redirect=https%3A%2F%2Fuser%3Ax%40host` */
export const ENCODED_USER_INFO: Kind = {
  pattern: /[^\s"'<>`&]+/g,
  replacement: (word: string) => hideBetween(word, "%3A%2F%2F", "%40"),
  clue: "%40",
};

/** `postgres://user:my pass@host`; not `http://host:8080 and me@example.com`. */
export const URL_USER_INFO_WITH_SPACE: Kind = {
  pattern: /(:\/\/)(?:[^\s/@:"'<>]{1,64}:(?!\d{1,5}(?:[\s/,;)?#]|$))|:)[^@/\n"'<>]{1,128}@/g,
  replacement: `$1${HIDDEN}@`,
  clue: "://",
};

const USER_INFO_OF_DSN =
  /(^|[[({,;=])(?!(?:mailto|sips?|acct|xmpp|npm|file|node|link|workspace|git):)[\w.%+$-]{1,64}:.+@(?=(?:tcp|udp|unix)?\(|\[[\da-f:]+\]:\d|[\w.-]{1,253}:\d{2,5}(?!\w)|localhost\b)/i;
const USER_INFO_OF_ORACLE = /(^|[[({,;=:])[\w$#]{1,64}\/.+@(?=\/\/|\(DESCRIPTION|[\w.-]{1,253}:\d{2,5}[/:])/i;

/** `user:x@tcp(host)`, `user:x@host:3306`, `scott/x@//host`: without a scheme. */
export const USER_INFO_WITHOUT_SCHEME: Kind = {
  pattern: /[^\s"'<>`]+/g,
  replacement(word: string) {
    if (!word.includes("@") || word.includes("://")) return word;
    return word.replace(USER_INFO_OF_DSN, `$1${HIDDEN}@`).replace(USER_INFO_OF_ORACLE, `$1${HIDDEN}@`);
  },
  clue: "@",
};

function hideUserInfo(word: string): string {
  return hideBetween(word, "://", "@");
}

/** Hides everything between the first `start` and the last `end` after it. */
function hideBetween(word: string, start: string, end: string): string {
  const from = word.indexOf(start) + start.length;
  const to = word.lastIndexOf(end);
  return from < start.length || to < from ? word : word.slice(0, from) + HIDDEN + word.slice(to);
}

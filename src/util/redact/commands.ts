import { HIDDEN, hideBehind, type Kind, raw, toPattern, withClue } from "./kind.ts";
import { NOUNS, SUFFIX } from "./names.ts";
import { NOTHING, QUOTE, QUOTED } from "./values.ts";

const KEY_NAMES = "(?:api|access|account|secret|private|shared)[_-]?key";
const NOT_PROSE =
  "(?!(?:and|argument|as|but|cannot|expects?|file|flag|for|from|has|in|instead|is|must|needs?|not|option|or|parameter|requires?|to|was|with)\\b|[,.;:)\\]-])";

/** `--password x`, `--api-key=x`; not `--password is required`. */
export const OPTIONS_OF_COMMANDS: Kind = hideBehind(
  `((?:^|[\\s"'([])--?(?:[\\w-]{0,40}?(?:${NOUNS})|pass|[\\w-]{0,40}?${KEY_NAMES})(?:\\s+|=))${NOTHING}${NOT_PROSE}(?:${QUOTED}|[^\\s]+)`,
);

/** Programs that accept a password in a one-letter option. */
export const PROGRAMS: Kind = hideBehind(
  raw`(\b(?:(?:mysql|mariadb)\w{0,10}\b[^|;&]{0,200}?\s-p(?=\S)|redis-cli\b[^|;&]{0,200}?\s-a\s+|(?:sshpass|mongo\w{0,8}|docker login)\b[^|;&]{0,200}?\s-p\s{0,4}|ldap\w{1,10}\b[^|;&]{0,200}?\s-w\s+|curl\b[^|;&]{0,200}?\s(?:-u|--user)\s+|-?pass(?:in|out)?\s+pass:))`,
  `(?:${QUOTED}|\\S+)`,
);

/** `IDENTIFIED BY 'x'`, `PASSWORD 'x'`, `PASSWORD('x')`, and mariadb's parameters after a statement. */
export const SQL: Kind = hideBehind(
  raw`(\bidentified\s+(?:with\s+\S{1,64}\s+)?(?:by|as)\s+(?:password\s+)?|\bpasswords?(?:\s{1,8}(?:(?:is|was)\s{1,8})?|\s{0,8}\(\s{0,8})(?=["'])|\bparameters:(?=\s{0,4}\[))`,
  `(?:${QUOTED}|\\[.*)`,
);

const MECHANISMS = "PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM|EXTERNAL|SCRAM-\\S{1,20}";
const NOT_CREDENTIALS =
  "after|and|are|before|command|commands|credentials|data|denied|disabled|error|extension|failed|failure|first|for|has|header|in|is|mechanism|mechanisms|method|methods|must|not|of|on|or|over|rejected|refused|request|required|response|server|string|timed|timeout|to|token|type|unknown|unsupported|user|was|with|without";

/** `AUTH x`, `AUTH default x` of Redis, `AUTH PLAIN x` of SMTP; not `AUTH not supported`. */
export const AUTH_COMMAND: Kind = {
  pattern: new RegExp(
    raw`\b(AUTH["']?\s+)(?:((?:${MECHANISMS})\s+)[\w+/=-]{4,}|(?!(?:${MECHANISMS}|${NOT_CREDENTIALS})\b|<)[^\s,;]+(?:\s+[^\s,;]+)?(?=\s*(?:$|[,;)\]])))`,
    "g",
  ),
  replacement: (_match: string, head: string, mechanism = "") => head + mechanism + HIDDEN,
};

/** `ACL SETUSER app on >x` and `CONFIG SET requirepass x` of Redis. */
export const REDIS_COMMANDS: Kind = hideBehind(
  raw`(\bsetuser\b[^>#]{0,128}[>#]|\b(?:requirepass|masterauth)["']?\s+["']?)[^\s"']+`,
);

/** The SASL PLAIN response: user and password, each after a NUL. */
export const SASL_PLAIN: Kind = {
  pattern: toPattern(
    // NULs, either raw or as JSON and `util.inspect` write them.
    raw`(\x00|\\x00|\\u0000)[^\x00\\\s]{1,128}\1[^\x00\s"'\x60]+`,
  ),
  replacement: `$1${HIDDEN}`,
};

/** `<Password>x</Password>` */
export const XML: Kind = withClue(
  "<",
  hideBehind(
    `(<[\\w:.-]{0,40}?(?:${NOUNS}|signature|passwordtext|${KEY_NAMES})${SUFFIX}(?:\\s[^<>]{0,200})?>)[^<]+(?=</)`,
  ),
);

/** `{ name: 'password', value: 'x' }`, `key="Password" value="x"` */
export const PAIRS: Kind = hideBehind(
  `((?:${NOUNS}|${KEY_NAMES})${QUOTE}\\s{0,8},?\\s{0,8}${QUOTE}?value${QUOTE}?\\s{0,8}[:=]\\s{0,8})(?:${QUOTED})`,
);

/** `password%3Dx`: a URL within a URL. */
export const PERCENT_ENCODED: Kind = withClue(
  "%",
  hideBehind(
    `((?:${NOUNS}|signature|${KEY_NAMES})(?:%22|%27)?(?:%20)?%(?:25)?3[AD](?:%20|%22|%27|\\+){0,4})`,
    raw`(?:[^\s&;"'<>%]|%(?!22|26|27|2C|3B|7D)[\da-f]{0,2})+`,
  ),
);

import { HIDDEN, type Kind, toPattern } from "./kind.ts";
import { ASSIGNED, COLON, EQUALS, NAME_END, NOTHING, PROPERTY, QUOTED, SPACE } from "./values.ts";

/** A name that ends with one of these words names a secret: `PGPASSWORD`, `client_secret`, `accessToken`. */
export const NOUNS: string =
  "passwords?|passwort|passwd|passphrase|passcode|pwd|requirepass|masterauth|secrets?|credentials?|(?<!(?:unexpected|expected|illegal|unknown) )token";

/** Suffixes that may follow the decisive word: `password2`, `SecretString`, `new_password_confirmation`. */
export const SUFFIX: string =
  "(?:[_-]?(?:value|string|hash|text|data|plain|encrypted|base64|b64|old|new|confirm|confirmation|repeat|provided|\\d{1,3}))?";

// Other words end with these too: `bypass`, `spin`. Only separate words count, and `pass` after GLUED_PASS.
const SHORT = "pass|pw|sig|signature|pin|otp|cvv|j?sess(?:ion)?_?id|phpsessid|connect\\.sid|saml_?response";
const GLUED_PASS = /(?:db|user|my|smtp|mail|ftp|ssh|root|admin|pg|sql|redis|proxy|store|key|trust)$/i;

// Words that make a `key` a secret when they precede it directly or with a space: `apikey`, `API key`.
const GLUED_KEY =
  /(?:api|access|account|secret|private|shared|auth|encryption|signing|master|license|storage|subscription|app|client|consumer|session|admin|crypto)[ _-]?$/i;
// Words before `key` that make it an identifier, not a secret.
const HARMLESS_KEY =
  /(?:primary|foreign|partition|routing|public|cache|sort|row|message|idempotency|object|shard|dedup|deduplication|group|unique|candidate|composite|range|cluster|clustering|index|lock|map|hash|host|record|item|entity|lookup|join|topic|queue|search|error|event|header|metadata|config|property|field|column|json|next|last|start|end|min|max|duplicate|invalid|missing|unknown|binding)[ _.-]?$/i;

/** Maximum number of characters that are read before a match. */
const MAX_NAME_LENGTH = 40;

// A colon after a short name is weak evidence, so the value must be in quotes or start with four digits.
const DOUBTFUL = `${NOTHING}(?:${QUOTED}|\\d{4,})`;

const OPENING_QUOTE = /^[bur]?(\\*)(["'`]|&[a-z\d#]+;|\\u002[27])/i;
const HAS_QUOTED_VALUE = /^key[^:=]{0,20}[:=]{1,3}>?\s*[bur]?\\*["'`“‘&]/i;

/** `password=x`, `password: 'x'`, `{"password":"x"}`, `DB_PASSWORD => x` */
export const NAMED: Kind = {
  pattern: toNamed(NOUNS, PROPERTY),
  replacement: (_match: string, ...groups: Groups) => write(groups),
};

/** `pass=x`, `sig=x`, `{ pass: 'x' }`; not `bypass=x`. */
export const SHORT_NAMED: Kind = {
  pattern: toNamed(SHORT, DOUBTFUL),
  replacement: (match: string, ...groups: Groups) =>
    isShortSecret(toBefore(groups), match) ? write(groups) : match,
};

/**
 * `api_key=x`, `AccountKey=x`, `X-Api-Key: x`, `key="x"`; not `key=orders`, `monkey=1` or
 * `routing_key=orders`.
 */
export const KEYS: Kind = {
  pattern: toNamed("key", PROPERTY),
  replacement: (match: string, ...groups: Groups) =>
    isSecretKey(toBefore(groups), match) ? write(groups) : match,
};

/** The groups of a match: a name with its colon and its value, or a name with its equals sign. */
type Groups = [
  head: string | undefined,
  value: string | undefined,
  assignment: string | undefined,
  offset: number,
  text: string,
];

function toNamed(names: string, property: string): RegExp {
  const head = `(?:${names})${SUFFIX}${NAME_END}`;
  return toPattern(`(${head}${COLON}${SPACE})(${property})|(${head}${EQUALS}${SPACE})${ASSIGNED}`);
}

/** Keeps the quotes of a property, so that JSON stays valid JSON. */
function write([head = "", value = "", assignment]: Groups): string {
  if (assignment !== undefined) return assignment + HIDDEN;
  const [, slashes = "", mark] = OPENING_QUOTE.exec(value) ?? [];
  if (mark === undefined) return head + HIDDEN;
  const quote = slashes + (mark === "'" || mark === "`" ? '"' : mark);
  return head + quote + HIDDEN + quote;
}

/** The text before a name, up to the maximum length of a name. */
function toBefore([, , , offset, text]: Groups): string {
  return text.slice(Math.max(0, offset - MAX_NAME_LENGTH), offset);
}

function isShortSecret(before: string, match: string): boolean {
  if (/^(?:signature|phpsess|jsess)/i.test(match) || !/[a-z]$/i.test(before)) return true;
  return (/[a-z]$/.test(before) && /^[A-Z]/.test(match)) || (/^pass/i.test(match) && GLUED_PASS.test(before));
}

function isSecretKey(before: string, match: string): boolean {
  if (GLUED_KEY.test(before)) return true;
  if (HARMLESS_KEY.test(before)) return false;
  if (/[a-z\d][_-]$/i.test(before)) return true;
  if (/[a-z\d]$/i.test(before)) return /[a-z\d]$/.test(before) && match.startsWith("K");
  return HAS_QUOTED_VALUE.test(match);
}

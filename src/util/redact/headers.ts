import { HIDDEN, hideBehind, hideWhole, type Kind, raw, toPattern, withClue } from "./kind.ts";
import { NO_REASON_WORD, QUOTE, QUOTED, SPACE } from "./values.ts";

// In lists of raw headers, a comma separates name and value.
const SEPARATOR = `${QUOTE}?${SPACE}(?:[:=]>?|(?<=["'\`]\\s{0,4}),(?=\\s{0,4}["'\`]))${SPACE}`;
const NOT_PROSE = raw`(?!\*{3}|(?:access denied|header|is|must|no|none|not|null|the|undefined)(?!\w))${NO_REASON_WORD}`;

/** `Authorization: Basic x`, `{ authorization: 'Bearer x' }`, `['authorization', 'x']`, with any scheme. */
export const AUTHORIZATION: Kind = {
  pattern: toPattern(
    `(authorization${SEPARATOR})${NOT_PROSE}`,
    `(?:(${QUOTED})|((?:basic|bearer)\\s+)[^\\s"',;]+|(?:digest|oauth|hawk|signature|mac)\\b.*|[^\\s"',;][^"',;]*)`,
  ),
  replacement: (_match: string, head: string, quoted: string | undefined, scheme = "") =>
    head + (quoted === undefined ? scheme + HIDDEN : hideCredentials(quoted)),
};

/** Hides everything between the quotes except the scheme. */
function hideCredentials(quoted: string): string {
  const [, quote = "", scheme = ""] =
    /^(\\*["'`]|&[a-z\d#]+;|\\u002[27])((?:basic|bearer)\s+)?/i.exec(quoted) ?? [];
  return quote + scheme + HIDDEN + quote;
}

/** `AWS4-HMAC-SHA256 Credential=x, SignedHeaders=y, Signature=z` */
export const SIGNATURE_V4: Kind = withClue(
  "AWS4-",
  hideBehind(
    raw`(AWS4-[\w-]{1,30}\s)\s*(?:,?\s{0,8}(?:Credential|SignedHeaders|Signature)=[^\s,"']{1,1024})+`,
  ),
);

/** `Bearer x` without the header name; not `Bearer token`. */
export const BEARER: Kind = {
  pattern:
    /\b([Bb]earer\s+|BEARER\s+)(?!(?:[Tt]okens?|[Aa]uth[a-z]*|[Rr]ealm|[Ee]rror|[Ss]cheme|[Hh]eader|[Cc]redentials?|[Ff]ormat|[Cc]hallenge|prefix|type|is|was|not|or|and|required|missing|invalid|expired|failed)\b)(?:(?=[a-z]{0,40}[A-Z\d._~+/-])[\w.~+/-]+=*|[a-z]{16,}|[a-z]+(?=\s*(?:$|[,;}\])"'])))/g,
  replacement: `$1${HIDDEN}`,
};

/** `Basic dXNlcjp4`: base64 of something with a colon. */
export const BASIC: Kind = {
  pattern: toPattern(raw`\b(basic\s+)([a-z\d+/]{4,}={0,2})`),
  replacement: (match: string, head: string, credentials: string) =>
    isUserAndPassword(credentials) ? head + HIDDEN : match,
};

function isUserAndPassword(credentials: string): boolean {
  try {
    return atob(credentials).includes(":");
  } catch {
    return false;
  }
}

/** Schemes whose credentials are one word. */
export const OTHER_SCHEMES: Kind = hideBehind(
  raw`(\b(?:ntlm|negotiate|kerberos)\s+(?=[a-z\d+/]{16})|\b(?:AWS|SharedKey|SharedKeyLite|GoogleLogin)\s+(?=[\w-]{3,64}[:=][\w+/=-]{16}))[^\s,;"']+`,
);

/** `Cookie: a=x; b=y`, `'set-cookie': ['a=x']` */
export const COOKIES: Kind = hideBehind(
  `(cookie2?${SEPARATOR})(?:${QUOTED}|\\[[^\\]]*\\]?|`,
  raw`[\w.%-]{1,64}=[^\s;,]*(?:;\s{0,8}[\w.%-]{1,64}(?:=[^\s;,]{0,4096})?)*)`,
);

/** `auth: 'user:x'`, as in the options of `http.request()`, and `_auth=x`, as in npm's configuration. */
export const AUTH_OPTION: Kind = hideBehind(
  `((?<![a-z])(?:basic[_-]?)?auth${SEPARATOR})(?:"[^":\\s]{0,128}:[^"]*"?|'[^':\\s]{0,128}:[^']*'?|[^\\s:;&"'{[]{1,64}:[^\\s;&/][^\\s;&]*)`,
);

/** `-----BEGIN PRIVATE KEY-----` and the text after it. */
export const PEM: Kind = withClue(
  "-----BEGIN",
  hideWhole(
    /(?<=-----BEGIN [A-Z\d ]{1,40}-----)(?=(?:\\+[nr]|\s){0,8}[\w+/=:-]{16})(?:(?!-----END)[\s\S])*/g,
  ),
);

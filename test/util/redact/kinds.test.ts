import { describe, expect, test } from "vitest";
import { describeError } from "../../../src/util/describe-error.ts";
import { hideSecrets } from "../../../src/util/redact/hide-secrets.ts";
import { KINDS, type KindName } from "../../../src/util/redact/kinds.ts";
import { TOKENS } from "./messages-with-secrets.ts";

type Example = readonly [text: string, shown: string];

/** What each kind finds by itself. A kind without examples is a compile error. */
const EXAMPLES: Readonly<Record<KindName, readonly Example[]>> = {
  SASL_PLAIN: [
    ["sent \u0000guest\u0000x.y", "sent \u0000***"],
    ["sent '\\x00guest\\x00x.y'", "sent '\\x00***'"],
  ],
  PEM: [
    ["-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq\\n-----END", "-----BEGIN PRIVATE KEY-----***-----END"],
    ['expected "-----BEGIN CERTIFICATE-----" first', 'expected "-----BEGIN CERTIFICATE-----" first'],
  ],
  URL_USER_INFO: [["see amqp://a:b@host.", "see amqp://***@host."]],
  ENCODED_USER_INFO: [["?u=http%3A%2F%2Fa%3Ab%40host", "?u=http%3A%2F%2F***%40host"]],
  URL_USER_INFO_WITH_SPACE: [
    ["amqp://a:b c@host", "amqp://***@host"],
    ["http://host:80 or me@host", "http://host:80 or me@host"],
  ],
  USER_INFO_WITHOUT_SCHEME: [
    ["a:b@tcp(host)", "***@tcp(host)"],
    ["scott/tiger@//host/x", "***@//host/x"],
    ["dsn=a:b@host:3306", "dsn=***@host:3306"],
    ["npm:express@4.22.3", "npm:express@4.22.3"],
  ],
  SIGNATURE_V4: [["AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b;c, Signature=d", "AWS4-HMAC-SHA256 ***"]],
  AUTHORIZATION: [
    ["Authorization: Bearer a.b failed", "Authorization: Bearer *** failed"],
    ["Proxy-Authorization: Custom a b", "Proxy-Authorization: ***"],
    ["{ authorization: 'Basic YTpi' }", "{ authorization: 'Basic ***' }"],
    ["['authorization', 'x']", "['authorization', '***']"],
    ["authorization: required", "authorization: required"],
  ],
  COOKIES: [
    ["Cookie: a=b; c=d, and more", "Cookie: ***, and more"],
    ["{ 'set-cookie': [ 'a=b', 'c=d' ] }", "{ 'set-cookie': *** }"],
    ["cookie: missing", "cookie: missing"],
  ],
  AUTH_OPTION: [
    ["{ auth: 'a:b' }", "{ auth: *** }"],
    ["auth=plain", "auth=plain"],
  ],
  BEARER: [
    ["Bearer abc", "Bearer ***"],
    ["Bearer aB1 was refused", "Bearer *** was refused"],
    ["Bearer token is missing", "Bearer token is missing"],
  ],
  BASIC: [
    ["Basic YTpi", "Basic ***"],
    ["Basic Security", "Basic Security"],
  ],
  OTHER_SCHEMES: [
    ["NTLM TlRMTVNTUAADAAAA", "NTLM ***"],
    ["SharedKey account:q83vEjRWeJCrze8S=", "SharedKey ***"],
  ],
  XML: [
    ["<a:Password kind='x'>b</a:Password>", "<a:Password kind='x'>***</a:Password>"],
    ["<Key>photo</Key>", "<Key>photo</Key>"],
  ],
  PAIRS: [["{ name: 'PASSWORD', value: 'x' }", "{ name: 'PASSWORD', value: *** }"]],
  OPTIONS_OF_COMMANDS: [
    ["login --password x --now", "login --password *** --now"],
    ["--token is missing", "--token is missing"],
  ],
  PROGRAMS: [
    ["mysql -u root -px db", "mysql -u root -p*** db"],
    ["curl -u a:b http://host", "curl -u *** http://host"],
  ],
  NAMED: [
    ["PGPASSWORD=x psql", "PGPASSWORD=*** psql"],
    ["{ password: 'x', port: 1 }", '{ password: "***", port: 1 }'],
    ['{\\"password\\":\\"x\\",\\"a\\":1}', '{\\"password\\":\\"***\\",\\"a\\":1}'],
    ["Server=a;Password=b c;Port=1", "Server=a;Password=***;Port=1"],
    ["Pwd={a;b};Port=1", "Pwd=***;Port=1"],
    ["password={a})! user=b", "password=*** user=b"],
    ["password: x, port: 1", "password: ***, port: 1"],
    ["password: x.", "password: ***"],
    ["password: must not be empty", "password: must not be empty"],
    ["(using password: YES)", "(using password: YES)"],
  ],
  SHORT_NAMED: [
    ["DB_PASS=x", "DB_PASS=***"],
    ["{ smtpPass: 'x' }", '{ smtpPass: "***" }'],
    ["?sv=1&sig=x&se=2", "?sv=1&sig=***&se=2"],
    ["pw=x", "pw=***"],
    ["bypass=1", "bypass=1"],
    ["pass: 3, fail: 1", "pass: 3, fail: 1"],
  ],
  KEYS: [
    ["api_key=x", "api_key=***"],
    ["AccountKey=x==;A=b", "AccountKey=***;A=b"],
    ["X-Api-Key: x", "X-Api-Key: ***"],
    ["{ apiKey: 'x' }", '{ apiKey: "***" }'],
    ["key: 'x'", 'key: "***"'],
    ["key=orders", "key=orders"],
    ["monkey=1", "monkey=1"],
    ["routing_key=orders", "routing_key=orders"],
  ],
  PERCENT_ENCODED: [["?next=%3Ftoken%3Dx%26a%3Db", "?next=%3Ftoken%3D***%26a%3Db"]],
  SQL: [
    ["IDENTIFIED BY 'x'", "IDENTIFIED BY ***"],
    ["ALTER ROLE a PASSWORD 'x'", "ALTER ROLE a PASSWORD ***"],
    ["the password is 'x'", "the password is ***"],
    ['column "password" is missing', 'column "password" is missing'],
  ],
  AUTH_COMMAND: [
    ["AUTH default x", "AUTH ***"],
    ["AUTH PLAIN AGEAYg==", "AUTH PLAIN ***"],
    ["AUTH not supported", "AUTH not supported"],
  ],
  REDIS_COMMANDS: [["ACL SETUSER a on >x ~*", "ACL SETUSER a on >*** ~*"]],
  AWS: [[`id ${TOKENS.aws}.`, "id ***."]],
  GITHUB: [
    [TOKENS.github, "***"],
    [TOKENS.githubFine, "***"],
  ],
  GITLAB: [[TOKENS.gitlab, "***"]],
  SLACK: [[TOKENS.slack, "***"]],
  WEBHOOKS: [
    [`https://hooks.slack.com/services/${TOKENS.slackHook}`, "https://hooks.slack.com/services/***"],
    ["https://discord.com/api/webhooks/123456/a-B_c", "https://discord.com/api/webhooks/***"],
  ],
  STRIPE: [
    [TOKENS.stripe, "***"],
    [TOKENS.stripeHook, "***"],
  ],
  GOOGLE: [
    [TOKENS.google, "***"],
    [TOKENS.googleOauth, "***"],
    [TOKENS.googleClient, "***"],
  ],
  JWT: [[`(${TOKENS.jwt})`, "(***)"]],
  REGISTRIES: [
    [TOKENS.npm, "***"],
    [TOKENS.pypi, "***"],
  ],
  MAIL: [
    [TOKENS.sendgrid, "***"],
    [TOKENS.twilio, "***"],
  ],
  AI: [[TOKENS.openai, "***"]],
  DATA: [
    [TOKENS.huggingFace, "***"],
    [TOKENS.databricks, "***"],
  ],
  HOSTED: [
    [TOKENS.digitalOcean, "***"],
    [TOKENS.shopify, "***"],
  ],
  VAULTS: [
    [TOKENS.vault, "***"],
    [TOKENS.grafana, "***"],
  ],
  AZURE: [[TOKENS.azureClient, "***"]],
  TELEGRAM: [[TOKENS.telegram, "***"]],
  NATS: [[TOKENS.nats, "***"]],
  URL_USER_INFO_WITH_QUOTES: [["amqp://a:b'c@host", "amqp://***@host"]],
};

const KIND_NAMES = Object.keys(EXAMPLES) as KindName[];

describe.each(KIND_NAMES)("%s", (name) => {
  const { pattern, replacement, clue = "" } = KINDS[name];
  const hide = (text: string) =>
    text.includes(clue) ? text.replace(pattern, replacement as () => string) : text;

  test.each(EXAMPLES[name])("writes what it finds as ***: %s", (text, shown) => {
    expect(hide(text)).toBe(shown);
    expect(hide(shown)).toBe(shown);
    expect(hideSecrets(shown)).toBe(shown);
  });

  // Together with bounded beginnings this keeps the time in proportion to the length: see bench/redact.mjs.
  test("repeats nothing without bound that repeats without bound", () => {
    expect(findNestedRepetition(pattern.source)).toBeUndefined();
  });
});

test.each([
  ["password=", "password: a,"],
  ["a://", "http://a:b "],
  ['\\"token\\":\\"', "token:token "],
  ["key: 'x", "Bearer aB"],
])("of a message of a million characters, what is behind the first 4,000 is not read: %s, %s", (...units) => {
  for (const unit of units) {
    const shown = describeError(new Error(unit.repeat(1_000_000 / unit.length)));
    expect(describeError(new Error(unit.repeat(10_000 / unit.length)))).toBe(shown);
  }
});

const UNBOUNDED = /^(?:[*+]|\{\d+,\})/;

/** A group that is repeated without bound and holds something that is, such as `(?:a+)*`. */
function findNestedRepetition(source: string): string | undefined {
  const open: { readonly start: number; holdsUnbounded: boolean }[] = [{ start: 0, holdsUnbounded: false }];
  const text = source.replace(/\\./g, "__").replace(/\[(?:[^\]])*\]/g, (set) => "_".repeat(set.length));
  for (let index = 0; index < text.length; index += 1) {
    const rest = text.slice(index + 1);
    if (text[index] === "(") open.push({ start: index, holdsUnbounded: false });
    const group = text[index] === ")" ? open.pop() : undefined;
    const isRepeated = UNBOUNDED.test(rest);
    if (group?.holdsUnbounded === true && isRepeated) return source.slice(group.start, index + 2);
    const parent = open.at(-1);
    if (parent !== undefined && (isRepeated || group?.holdsUnbounded === true)) parent.holdsUnbounded = true;
  }
  return undefined;
}

test("a nested repetition is found, so that its absence means something", () => {
  expect(findNestedRepetition("a(?:b+c?)*d")).toBe("(?:b+c?)*");
  expect(findNestedRepetition("(x(?:b{2,})y)+")).toBe("(x(?:b{2,})y)+");
  expect(findNestedRepetition(String.raw`(?:a|[*+(]|\+)*b+`)).toBeUndefined();
});

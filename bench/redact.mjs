// Measures the cost of describing an error, and shows that no text makes it slow.
import { importSources } from "../scripts/import-sources.mjs";
import { publish } from "./support/rows.mjs";

const { describeError } = await importSources("util/describe-error.ts");

const ROUNDS = 15;
const REPEATS = 2_000;
const MEBIBYTE = 2 ** 20;

const ORDINARY = [
  "connect ECONNREFUSED 127.0.0.1:5432",
  'password authentication failed for user "app"',
  "Access denied for user 'app'@'10.0.0.1' (using password: YES)",
  "connect postgres://app:hunter2@db:5432/app failed",
  "getaddrinfo ENOTFOUND db.internal",
  'duplicate key value violates unique constraint "users_pkey"',
  "{ host: 'db', user: 'app', password: 'hunter2', port: 5432 }",
];

/** A sequence of beginnings of secrets is the worst case. */
const HOSTILE = [
  "a",
  "a://",
  "http://a:b ",
  "a:b@",
  "token:token ",
  "password=",
  "password: a,",
  '\\"password\\":\\"',
  "Password=a b;",
  "key: 'x",
  'authorization: "',
  "cookie: a=b;",
  "Bearer aB",
  "Basic aaaa",
  "<password>",
  "curl -u ",
  "AUTH a ",
  "-----BEGIN A-----",
  "eyJaaaaaaaa.",
];

publish({ what: "an ordinary message", samples: measure(ORDINARY, REPEATS, 1_000), unit: " µs", max: 200 });
const worst = HOSTILE.map((unit) =>
  Math.max(...measure([unit.repeat(MEBIBYTE / unit.length)], 1, 1).slice(1)),
);
publish({
  what: "the worst of hostile messages of 1 MiB",
  samples: [Math.max(...worst)],
  unit: " ms",
  max: 200,
});

/** The time per message, in milliseconds times `scale`, once per round. */
function measure(messages, repeats, scale) {
  const errors = messages.map((message) => new Error(message));
  return Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    for (let repeat = 0; repeat < repeats; repeat += 1) for (const error of errors) describeError(error);
    return ((performance.now() - startedAt) * scale) / (repeats * errors.length);
  });
}

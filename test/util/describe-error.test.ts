import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeError, MAX_MESSAGE_LENGTH, toShownLine } from "../../src/util/describe-error.ts";

/** Errors from the network have no message when several addresses were tried. */
const noMessage = "";

const describeMessage = (message: string): string => describeError(new Error(message));

describe("what was thrown", () => {
  test.each<[string, unknown, string]>([
    ["an error", new Error("connection refused"), "connection refused"],
    ["a string", "disk full", "disk full"],
    ["an empty string", "", 'threw ""'],
    ["a string of spaces", "  ", 'threw "  "'],
    ["undefined", undefined, "threw undefined"],
    ["null", null, "threw null"],
    ["a number", 42, "threw 42"],
    ["a BigInt", 42n, "threw 42n"],
    ["a symbol", Symbol("stop"), "threw Symbol(stop)"],
    ["a function", () => 1, "threw a function"],
    ["an array", ["hunter2"], "threw an array"],
    ["an object", { password: "hunter2" }, "threw an object"],
    ["an object without a prototype", Object.create(null), "threw an object"],
    ["an object with a message", { message: "quota exceeded", code: 7 }, "quota exceeded"],
    ["an object with a message that is no text", { message: 42 }, "threw an object"],
    ["an error with a name only", new TypeError(noMessage), "TypeError"],
    ["an error with a message of spaces", new RangeError(" \n "), "RangeError"],
    [
      "an error with a code only",
      Object.assign(new Error(noMessage), { code: "ECONNREFUSED" }),
      "ECONNREFUSED",
    ],
    ["an error with a number as its code", Object.assign(new Error(noMessage), { code: 14 }), "code 14"],
    [
      "an error of another realm",
      runInNewContext("new Error('far', { cause: new Error('away') })"),
      "far: away",
    ],
    [
      "an error with neither message nor name",
      Object.assign(new Error(noMessage), { name: "" }),
      "an error without a printable message",
    ],
    [
      "an error whose message is a control character",
      new Error("\u0000"),
      "an error without a printable message",
    ],
    ["a DOMException", new DOMException("took too long", "TimeoutError"), "took too long"],
  ])("is described: %s", (_, thrown, text) => {
    expect(describeError(thrown)).toBe(text);
  });

  test("is described even when its message cannot be read", () => {
    const error = Object.defineProperty(new Error("unread"), "message", {
      get: () => {
        throw new Error("no message");
      },
    });
    expect(describeError(error)).toBe("an unreadable error");
  });

  test("is described even when it throws on everything", () => {
    const fail = () => {
      throw new Error("no");
    };
    expect(describeError(new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail }))).toBe(
      "an unreadable error",
    );
  });
});

describe("a message", () => {
  test.each([
    ["first\nsecond", "first"],
    ["first\r\nsecond", "first"],
    ["first\rsecond", "first"],
    ["first\u2028second", "first"],
    ["first\u2029second", "first"],
    ["\n\n  first\nsecond", "first"],
    ["first  ", "first"],
  ])("is cut to its first line: %j", (message, text) => {
    expect(describeMessage(message)).toBe(text);
  });

  test("loses its control characters, so that it cannot steer a terminal", () => {
    expect(describeMessage("\u001b[31mred\u001b[0m\u0007 \u009b2Jend\u007f")).toBe("[31mred [0m   2Jend");
  });

  test("is shown whole up to 500 characters", () => {
    expect(describeMessage("a".repeat(500))).toBe("a".repeat(500));
  });

  test("is cut to 500 characters, the last of which says so", () => {
    expect(describeMessage("a".repeat(501))).toBe(`${"a".repeat(499)}…`);
    expect(describeMessage(`${"a b ".repeat(1_000)}`)).toHaveLength(MAX_MESSAGE_LENGTH);
  });

  test("is not cut in the middle of an emoji", () => {
    expect(describeMessage(`${"a".repeat(498)}🚦🚦`)).toBe(`${"a".repeat(498)}\ufffd…`);
  });

  test("can be written as UTF-8 even when it holds half an emoji", () => {
    expect(describeMessage("half \ud83d an emoji")).toBe("half \ufffd an emoji");
  });

  test("of one 5,000-character word is shown as far as it goes", () => {
    expect(describeMessage("a".repeat(5_000))).toBe(`${"a".repeat(499)}…`);
  });

  test.each([
    ["one word", "a".repeat(1_000_000)],
    ["words", "word ".repeat(200_000)],
    ["lines", "line\n".repeat(200_000)],
    ["beginnings of URLs", "a://".repeat(250_000)],
    ["@ signs", `http://${"@".repeat(1_000_000)}`],
    ["secrets without an end", `password="${"\\".repeat(1_000_000)}`],
    ["names of secrets", "password=".repeat(100_000)],
    ["spaces", `password${" ".repeat(1_000_000)}=x`],
    ["authorizations", "authorization: ".repeat(70_000)],
  ])("of a million characters gets its answer: %s", (_, message) => {
    const text = describeMessage(message);
    expect(text).not.toBe("");
    expect(text.length).toBeLessThanOrEqual(MAX_MESSAGE_LENGTH);
  });
});

describe("the user-info of a URL", () => {
  test.each([
    ["connect postgres://app:hunter2@db:5432/app failed", "connect postgres://***@db:5432/app failed"],
    ["redis://:hunter2@cache", "redis://***@cache"],
    ["http://app@host/", "http://***@host/"],
    ["mongodb+srv://app:hunter2@cluster/test", "mongodb+srv://***@cluster/test"],
    ["jdbc:postgresql://app:hunter2@db/app", "jdbc:postgresql://***@db/app"],
    ["POSTGRES://APP:HUNTER2@DB", "POSTGRES://***@DB"],
    ["DSN_postgres://app:hunter2@db", "DSN_postgres://***@db"],
    ["amqp://app:hun@ter2@mq", "amqp://***@mq"],
    ["amqp://app:hun/ter2@mq", "amqp://***@mq"],
    ["amqp://app:h?u#n:ter2@mq", "amqp://***@mq"],
    ["amqp://app:hun'ter2@mq", "amqp://***@mq"],
    ["amqp://app:hun&key=ter2@mq", "amqp://***@mq"],
    ['amqp://app:hun"ter2@mq', "amqp://***@mq"],
    ["amqp://app:<hunter2>@mq", "amqp://***@mq"],
    ["amqp://app:p%40ss@mq and amqp://app:hunter2@mq2", "amqp://***@mq and amqp://***@mq2"],
    ["tried amqp://a:b@one, amqp://c:d@two.", "tried amqp://***@one, amqp://***@two."],
    ["amqp://a:b@one,amqp://c:d@two", "amqp://***@two"],
    ['cannot reach "http://a:b@host/x" from "me@home"', 'cannot reach "http://***@host/x" from "me@home"'],
    ['{"url":"http://host","password":"a@b"}', '{"url":"http://host","password":"***"}'],
  ])("is hidden: %s", (message, text) => {
    expect(describeMessage(message)).toBe(text);
  });

  test.each([
    "GET http://host/path?x=1 answered 500",
    "no route to db:5432",
    "mail to someone@example.com failed",
    "http://host/ and then someone@example.com",
  ])("is not seen where there is none: %s", (message) => {
    expect(describeMessage(message)).toBe(message);
  });

  test("is hidden in a URL that is cut off before its @", () => {
    const message = `${"word ".repeat(799)}see http://app:hunter2${"x".repeat(5_000)}@host`;
    expect(toShownLine(message)).not.toContain("hunter2");
    expect(describeMessage(`http://app:hunter2${"x".repeat(5_000)}@host`)).not.toContain("hunter2");
    expect(describeMessage(`http://app:hunter2${"x".repeat(5_000)}`)).not.toContain("hunter2");
  });

  test("is hidden in a URL that reaches beyond the 500 characters", () => {
    const message = `${"a".repeat(470)} http://app:hunter2${"x".repeat(600)}@host`;
    expect(describeMessage(message)).toBe(`${"a".repeat(470)} http://***@host`);
  });
});

describe("the value of a secret", () => {
  test.each([
    ["password=hunter2", "password=***"],
    ["host=db password=hunter2 user=app", "host=db password=*** user=app"],
    ["Password = hunter2", "Password = ***"],
    ["PASSWORD=hunter2", "PASSWORD=***"],
    ["pwd=hunter2;server=db", "pwd=***;server=db"],
    ["passwd=hunter2", "passwd=***"],
    ["token=abc&page=2", "token=***&page=2"],
    ["secret=abc", "secret=***"],
    ['key="abc"', "key=***"],
    ["signing_key=abc", "signing_key=***"],
    ["api_key=abc", "api_key=***"],
    ["access_token=abc", "access_token=***"],
    ["AWS_SECRET_ACCESS_KEY=abc", "AWS_SECRET_ACCESS_KEY=***"],
    ["client-secret=abc", "client-secret=***"],
    ['password="two words" next', "password=*** next"],
    ["password='two words' next", "password=*** next"],
    ['password="say \\"hi\\" now" next', "password=*** next"],
    ['password="never closed', "password=***"],
    ["GET http://host/?token=abc#top answered 401", "GET http://host/?token=*** answered 401"],
    ['{"password":"hunter2","user":"app"}', '{"password":"***","user":"app"}'],
    ["{ 'apiKey': 'abc def' }", "{ 'apiKey': \"***\" }"],
    ['{"token" : "a\\"b"}', '{"token" : "***"}'],
    ["password=hunter2 token=abc", "password=*** token=***"],
  ])("is hidden: %s", (message, text) => {
    expect(describeMessage(message)).toBe(text);
  });

  test.each(["the password is wrong", "keyboard not found", "token expired", "key 5 of 7", "key=abc"])(
    "is not seen where there is none: %s",
    (message) => {
      expect(describeMessage(message)).toBe(message);
    },
  );

  test.each([
    ["Authorization: Basic YXBwOmh1bnRlcjI= was refused", "Authorization: Basic *** was refused"],
    ["authorization: bearer abc.def.ghi", "authorization: bearer ***"],
    ["Authorization=abc", "Authorization=***"],
    ["Authorization: Token abc", "Authorization: ***"],
    ["Proxy-Authorization: Basic YXBw", "Proxy-Authorization: Basic ***"],
    ['{"authorization":"Bearer abc","host":"x"}', '{"authorization":"Bearer ***","host":"x"}'],
    ["{ Authorization: 'ApiKey abc', host: 'x' }", "{ Authorization: '***', host: 'x' }"],
    ['Authorization: Digest username="app", response="abc"', "Authorization: ***"],
  ])("is hidden in a header: %s", (message, text) => {
    expect(describeMessage(message)).toBe(text);
  });
});

describe("an error with several errors in it", () => {
  const refused = (address: string) => new Error(`connect ECONNREFUSED ${address}`);

  test("is described by its parts when it has no message of its own", () => {
    expect(
      describeError(new AggregateError([refused("::1:5432"), refused("127.0.0.1:5432")], noMessage)),
    ).toBe("connect ECONNREFUSED ::1:5432, connect ECONNREFUSED 127.0.0.1:5432");
  });

  test("is described by its message and its parts when it has both", () => {
    expect(describeError(new AggregateError([refused("::1")], "no address answered"))).toBe(
      "no address answered: connect ECONNREFUSED ::1",
    );
  });

  test("is described as Promise.any rejects with it", async () => {
    const attempts = ["one", "two"].map((host) =>
      Promise.reject(new Error("fetch failed", { cause: refused(host) })),
    );
    expect(describeError(await Promise.any(attempts).catch((error: unknown) => error))).toBe(
      "All promises were rejected: fetch failed: connect ECONNREFUSED one, fetch failed: connect ECONNREFUSED two",
    );
  });

  test("is described by five of its parts, and says how many more there are", () => {
    const parts = [1, 2, 3, 4, 5, 6, 7].map((host) => new Error(`host ${host}`));
    expect(describeError(new AggregateError(parts, "none"))).toBe(
      "none: host 1, host 2, host 3, host 4, host 5, and 2 more",
    );
  });

  test("is described without what it has said already", () => {
    expect(describeError(new AggregateError([refused("::1"), refused("::1")], "all failed"))).toBe(
      "all failed: connect ECONNREFUSED ::1",
    );
    expect(describeError(new AggregateError([new Error("timeout")], "all failed: timeout"))).toBe(
      "all failed: timeout",
    );
  });

  test("is described with its parts and its cause", () => {
    const error = new AggregateError([new Error("part")], "all failed", { cause: new Error("no route") });
    expect(describeError(error)).toBe("all failed: part: no route");
  });

  test("takes a bounded time however many parts and levels it has", () => {
    let reads = 0;
    const nest = (depth: number): Error => {
      const parts = depth === 0 ? [] : Array.from({ length: 40 }, () => lazy(depth - 1));
      return new AggregateError(parts, "failed");
    };
    const lazy = (depth: number): object => ({
      get message() {
        reads += 1;
        return `level ${depth}`;
      },
    });
    const deep = [1, 2, 3, 4, 5].reduce<Error>(
      (inner) =>
        new AggregateError(
          Array.from({ length: 40 }, () => inner),
          "failed",
        ),
      nest(1),
    );
    expect(describeError(deep)).toMatch(/^failed/);
    expect(describeError(nest(1))).toContain("and 35 more");
    expect(reads).toBeLessThanOrEqual(10);
  });

  test("is described when a disposal hid another error", () => {
    const error = Object.assign(new Error("An error was suppressed during disposal"), {
      name: "SuppressedError",
      error: new Error("close failed"),
      suppressed: new Error("query failed"),
    });
    expect(describeError(error)).toBe("An error was suppressed during disposal: close failed, query failed");
  });

  test("is described by its name when it has neither", () => {
    expect(describeError(new AggregateError([], noMessage))).toBe("AggregateError");
  });

  test("is described whatever its parts are", () => {
    expect(
      describeError(new AggregateError([undefined, "disk\nfull", { message: "quota" }], noMessage)),
    ).toBe("threw undefined, disk, quota");
  });

  test("is described even when it is a part of itself", () => {
    const error = new AggregateError([], noMessage);
    error.errors.push(error);
    expect(describeError(error)).not.toBe("");
  });

  test("hides the secrets of its parts", () => {
    expect(
      describeError(new AggregateError([new Error("http://a:b@one"), new Error("token=abc")], noMessage)),
    ).toBe("http://***@one, token=***");
  });
});

describe("an error with a cause", () => {
  const chain = (...messages: string[]): Error =>
    messages.reduceRight<Error | undefined>(
      (cause, message) => new Error(message, cause && { cause }),
      undefined,
    )!;

  test("is described with it", () => {
    expect(describeError(chain("fetch failed", "connect ECONNREFUSED"))).toBe(
      "fetch failed: connect ECONNREFUSED",
    );
  });

  test("is described with three of them", () => {
    expect(describeError(chain("a", "b", "c", "d", "e"))).toBe("a: b: c: d");
  });

  test("does not repeat what it says already", () => {
    expect(describeError(chain("query failed: timeout", "timeout"))).toBe("query failed: timeout");
  });

  test("is described without a cause that is no error", () => {
    expect(describeError(new Error("refused", { cause: { password: "hunter2" } }))).toBe("refused");
  });

  test("shows the first line of each", () => {
    expect(describeError(chain("outer\nmore", "inner\nmore"))).toBe("outer: inner");
  });

  test("hides the secrets of its cause", () => {
    expect(describeError(chain("fetch failed", "http://app:hunter2@host"))).toBe(
      "fetch failed: http://***@host",
    );
  });

  test("is described even when the causes go round in a circle", () => {
    const own = new Error("own");
    own.cause = own;
    expect(describeError(own)).toBe("own");
    const one = new Error("one");
    const other = new Error("other", { cause: one });
    one.cause = other;
    expect(describeError(one)).toMatch(/^one: other/);
  });
});

describe("whatever is thrown", () => {
  const anyMessage = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
    fc.string({
      unit: fc.constantFrom("a", " ", "\n", "🚦", "\u001b", "@", "://", "key=", '"'),
      size: "large",
    }),
  );
  const anyError = anyMessage.chain((message) =>
    fc.oneof(fc.anything(), anyMessage).map((cause) => new Error(message, { cause })),
  );
  const anyThrown = fc.oneof(
    fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withMap: true, withSet: true }),
    anyMessage,
    anyError,
    fc.tuple(fc.array(anyError), anyMessage).map(([errors, message]) => new AggregateError(errors, message)),
  );

  test("is one line of 1 to 500 well-formed characters without control characters", () => {
    fc.assert(
      fc.property(anyThrown, (thrown) => {
        const text = describeError(thrown);
        expect(text).toMatch(/^[^\p{Control}\p{Surrogate}\u2028\u2029]{1,500}$/u);
        expect(text.length).toBeLessThanOrEqual(MAX_MESSAGE_LENGTH);
      }),
      { numRuns: 1_000 },
    );
  });

  const passwordCharacter = fc.oneof(
    fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    fc.constantFrom("@", "/", ":", "?", "#", "'", '"', "\\", "<", "ß", "🚦"),
  );
  const password = fc.string({ unit: passwordCharacter, minLength: 1, maxLength: 60 });

  test("hides every password in a URL, and nothing else", () => {
    const scheme = fc.constantFrom("postgres", "https", "mongodb+srv", "redis", "AMQP");
    fc.assert(
      fc.property(scheme, password, (name, hidden) => {
        const text = describeMessage(`cannot reach ${name}://app:${hidden}@db.example:5432/app (3 tries)`);
        expect(text).toBe(`cannot reach ${name}://***@db.example:5432/app (3 tries)`);
      }),
      { numRuns: 1_000 },
    );
  });

  test("hides every password behind password= and its like, and nothing else", () => {
    const name = fc.constantFrom("password", "Token", "client_secret", "API-KEY", "pwd");
    const equals = fc.constantFrom("=", " = ");
    // What stands for no value at all is shown.
    const isValue = (text: string) =>
      !/^(?:yes|no|true|false|null|nil|none|undefined|\*{3,}|\?|%[sd]|\$\d{1,2}|\$\{\w*\}|<[a-z_ -]+>)[,)}\]"'.!]{0,2}$/i.test(
        text,
      );
    const written = fc.oneof(
      password.map((text) => text.replace(/[&;]/g, "").replace(/^["']+/, "") || "x").filter(isValue),
      password.map((text) => JSON.stringify(`two words ${text}`)),
      password.map((text) => `'${text.replace(/['\\]/g, "\\$&")} two words'`),
    );
    fc.assert(
      fc.property(name, equals, written, (option, sign, value) => {
        expect(describeMessage(`refused host=db ${option}${sign}${value} user=app`)).toBe(
          `refused host=db ${option}${sign}*** user=app`,
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

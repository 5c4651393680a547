import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { MAX_ANSWER_BYTES, MAX_REDIRECTS } from "../../../src/cli/client/request.ts";
import { runCli } from "../../support/cli.ts";
import { startHostile } from "../service.ts";

const FORMATS = ["table", "csv", "json", "prometheus", "health", "nagios"];
const NOT_A_STATUS = "which is not a status. Is it the right URL?";
const EVIL = "a\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eb\r\nc\u0000\u007f";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const STEERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** A status of so many bytes. */
function statusOf(bytes: number): string {
  const [head, tail] = ['{"A":{"state":"OK","detail":"', '"}}'];
  return head + "x".repeat(bytes - head.length - tail.length) + tail;
}

function answering(body: string | Buffer, headers = {}): RequestListener {
  return (_request, response) => void response.writeHead(200, headers).end(body);
}

async function failure(address: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(["show", address, ...args]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/^svc-status: [^\n]+\n$/);
  expect(stderr.trimEnd()).not.toMatch(STEERS);
  return stderr;
}

describe("an answer that is no status", () => {
  test.each([
    ["HTML", "<!doctype html><title>x</title>"],
    ["nothing", ""],
    ["no JSON", '{"A":{"state":"OK"}'],
    ["a list", '[{"state":"OK"}]'],
    ["null", "null"],
    ["a text", '"OK"'],
    ["health+json", '{"status":"pass"}'],
    ["an unknown state", '{"A":{"state":"OK"},"B":{"state":"GREEN"}}'],
    ["a state in small letters", '{"A":{"state":"ok"}}'],
    ["a state that every object has", '{"A":{"state":"toString"}}'],
    ["no state", '{"A":{}}'],
    ["states without objects", '{"A":"OK"}'],
  ])("such as %s is refused", async (_what, body) => {
    const address = await startHostile(answering(body, { "content-type": "text/evil\t;x=y" }));
    expect(await failure(address)).toContain(`answered text/evil ;x=y, ${NOT_A_STATUS}`);
  });

  test.each([
    ["csv", "<html>"],
    ["prometheus", "<html>"],
    ["health", '{"A":{"state":"OK"}}'],
    ["health", "null"],
  ])("is refused as %s too, though the JSON is right", async (format, body) => {
    const address = await startHostile(({ headers }, response) => {
      response.end(headers.accept === "application/json" ? '{"A":{"state":"OK"}}' : body);
    });
    expect(await failure(address, "--format", format)).toContain(
      `/svc_status answered something, ${NOT_A_STATUS}`,
    );
  });

  test.each(["csv", "prometheus", "health"])(
    "may be empty as %s, but not with a failing code",
    async (format) => {
      const address = await startHostile(({ headers }, response) => {
        if (headers.accept === "application/json") response.end('{"A":{"state":"OK"}}');
        else response.writeHead(500).end();
      });
      expect(await failure(address, "--format", format)).toContain(
        `/svc_status answered 500, ${NOT_A_STATUS}`,
      );
    },
  );

  test.each<[string, RequestListener]>([
    ["nothing else", answering("{}", { "content-type": "application/json" })],
    [
      "no csv",
      ({ headers: { accept } }, response) => {
        if (accept === "application/json") response.end("{}");
        else response.writeHead(406).end();
      },
    ],
    [
      "nothing as csv that says that it is csv",
      ({ headers: { accept } }, response) => void response.end(accept === "application/json" ? "{}" : ""),
    ],
  ])("such as {} is refused where the server has %s", async (_what, listener) => {
    const address = await startHostile(listener);
    expect(await failure(address)).toBe(
      `svc-status: http://${address}/svc_status answered {}, which is not a status: a service without handlers answers an empty text/csv too. Is it the right URL?\n`,
    );
  });

  test.each(["", "A\tOK\n"])("is {} no longer where there is csv too: %j", async (csv) => {
    const address = await startHostile(({ headers: { accept } }, response) => {
      if (accept === "application/json") response.end("{}");
      else response.writeHead(200, { "content-type": "text/csv; charset=UTF-8" }).end(csv);
    });
    expect((await runCli(["show", address])).stdout).toBe("OK: no handlers are registered\n");
  });

  test("because it does not report who was named is refused", async () => {
    const address = await startHostile(answering('{"Other":{"state":"OK"}}'));
    expect(await failure(address, "--name", "Database", "--name", "Other")).toContain(
      "/svc_status?name=Database&name=Other does not report Database",
    );
  });

  test("but tells of others than who was named, does not count for them", async () => {
    const address = await startHostile(answering('{"Other":{"state":"YELLOW"},"Database":{"state":"OK"}}'));
    const { code, stdout } = await runCli(["show", address, "--name", "Database"]);
    expect(stdout).not.toContain("Other");
    expect(code).toBe(0);
  });

  test("is told to monitoring plugins as UNKNOWN", async () => {
    const address = await startHostile(answering("<html>"));
    const { code, stdout } = await runCli(["show", address, "-f", "nagios"]);
    expect(stdout).toBe(`SVC UNKNOWN - http://${address}/svc_status answered something, ${NOT_A_STATUS}\n`);
    expect(code).toBe(3);
  });
});

describe("an answer that is too much", () => {
  test("is read up to its limit", async () => {
    const address = await startHostile(answering(statusOf(MAX_ANSWER_BYTES)));
    expect((await runCli(["show", address, "-q"])).code).toBe(0);
  });

  test.each([MAX_ANSWER_BYTES + 1, 10_000_000])("is refused with %d bytes", async (bytes) => {
    const address = await startHostile(answering(statusOf(bytes)));
    expect(await failure(address)).toContain("is larger than 5 MB. Is it the URL of a status?");
  });

  test("is not read to its end when it has none", async () => {
    const address = await startHostile((_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", pour);
      pour();
    });
    expect(await failure(address)).toContain("is larger than 5 MB");
  });
});

describe("an answer that takes too long", () => {
  test.each<[string, RequestListener]>([
    ["never comes", () => {}],
    ["stops in the middle", (_request, response) => void response.write('{"A":')],
    [
      "drips",
      (_request, response) => {
        const timer = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(timer));
      },
    ],
  ])("because it %s is cut at the deadline", async (_why, listener) => {
    const address = await startHostile(listener);
    expect(await failure(address, "--timeout", "400ms")).toBe(
      `svc-status: no complete answer from http://${address} within 400ms. Use a longer --timeout, or check why it is slow\n`,
    );
  });

  test("to the query for the overall state is none: nobody knows whether the RED one is critical", async () => {
    const address = await startHostile(({ headers }, response) => {
      if (headers.accept === "application/json") response.end('{"A":{"state":"RED"}}');
    });
    const { code, stdout, stderr } = await runCli(["show", address, "-t", "400ms"]);
    expect(stderr).toContain(`no complete answer from http://${address} within 400ms`);
    expect([code, stdout]).toEqual([3, ""]);
  });
});

describe("a redirect", () => {
  test("is followed where it stays with the service, so many times", async () => {
    const address = await startHostile(({ url }, response) => {
      const step = Number(url?.split("?")[1] ?? 0);
      if (step === MAX_REDIRECTS) response.end('{"A":{"state":"YELLOW"}}');
      else response.writeHead(302, { location: `/there?${step + 1}` }).end();
    });
    expect((await runCli(["show", address, "-q"])).code).toBe(1);
  });

  test.each(["/there", "//HOST/there", "http://HOST/there", "http://other:user@HOST/there"])(
    "to %s of the same service takes the user of the URL along",
    async (location) => {
      const seen: unknown[] = [];
      const address = await startHostile(({ url, headers }, response) => {
        seen.push(headers.authorization);
        if (url === "/svc_status.report") response.writeHead(404).end();
        else if (url === "/there") response.end('{"A":{"state":"OK"}}');
        else response.writeHead(302, { location: location.replace("HOST", String(headers.host)) }).end();
      });
      expect((await runCli(["show", `http://user:pass@${address}`, "-q"])).code).toBe(0);
      expect(seen).toEqual(Array(3).fill(`Basic ${btoa("user:pass")}`));
    },
  );

  test("that leads round in circles is an error", async () => {
    const address = await startHostile((_request, response) => {
      response.writeHead(307, { location: "/svc_status.json" }).end();
    });
    expect(await failure(address)).toBe(
      `svc-status: http://${address}/svc_status redirects more than 5 times. Use the URL of the status itself\n`,
    );
  });

  test("to another service is not followed: nothing is sent there", async () => {
    const seen: unknown[] = [];
    const other = await startHostile(({ headers }, response) => {
      seen.push(headers);
      response.end('{"A":{"state":"OK"}}');
    });
    const address = await startHostile((_request, response) => {
      response.writeHead(302, { location: `http://${other}/svc_status` }).end();
    });
    expect(await failure(`http://user:pass@${address}`, "-H", "Authorization: secret")).not.toMatch(
      /pass|secret/,
    );
    expect(seen).toEqual([]);
  });

  test("to another service is told as it may be shown", async () => {
    const address = await startHostile((_request, response) => {
      response.writeHead(301, { location: "https://user:pass@example.org/x?\u009b31m" }).end();
    });
    expect(await failure(address)).toBe(
      `svc-status: http://${address}/svc_status redirects to https://example.org/x?%C2%9B31m. Use that URL if you trust it\n`,
    );
  });

  test("to nowhere is an error", async () => {
    const address = await startHostile((_request, response) => {
      response.writeHead(302, { location: "http://\u009b31m:x" }).end();
    });
    expect(await failure(address)).toContain("redirects to an invalid URL");
  });
});

describe("what could steer a terminal", () => {
  const status = { [EVIL]: { state: "RED", detail: EVIL, labels: { [EVIL]: 1 } } };

  test.each(FORMATS)("is not passed through as %s", async (format) => {
    const bodies: Readonly<Record<string, string>> = {
      "/svc_status": JSON.stringify(status),
      "/svc_status.csv": `${EVIL}\tRED\n`,
      "/svc_status.prometheus": `# ${EVIL}\nsvc_status{name="${EVIL}"} 2\n`,
      // Nothing but what JSON itself forbids in a text.
      "/svc_status.health": `{"status":"fail","\u202e\u009b31m":"\u007f"}`,
    };
    const address = await startHostile(({ url = "" }, response) => void response.end(bodies[url]));
    const { code, stdout, stderr } = await runCli(["show", address, "-f", format]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(stdout.length).toBeGreaterThan(10);
    expect(stdout).not.toMatch(STEERS);
  });

  test("is the same in JSON, but escaped", async () => {
    const address = await startHostile(answering('{"a\u202e":{"state":"OK","detail":"\u009b31m\\u001b"}}'));
    const { stdout } = await runCli(["show", address, "-f", "json"]);
    expect(stdout).toBe('{"a\\u202e":{"state":"OK","detail":"\\u009b31m\\u001b"}}\n');
  });

  test("is cleaned in arguments too", async () => {
    for (const args of [
      ["show\u001b[31m"],
      ["show", "--x\u001b[2J"],
      ["show", `a/${EVIL}`],
      ["show", "a", EVIL],
    ]) {
      const { code, stderr } = await runCli(args.map((arg) => arg.replaceAll("\0", "")));
      expect(code).toBe(3);
      expect(stderr.trimEnd()).not.toMatch(STEERS);
    }
  });
});

test("what is not UTF-8 is replaced", async () => {
  const body = Buffer.concat([
    Buffer.from('{"A":{"state":"OK","detail":"'),
    Buffer.from([0xff, 0xc3]),
    Buffer.from('"}}'),
  ]);
  const address = await startHostile(answering(body));
  const { code, stdout } = await runCli(["show", address]);
  expect(stdout).toContain("A     OK      \ufffd\ufffd\n");
  expect(code).toBe(0);
});

test("megabytes of letters in names and details are shown at once", async () => {
  const status = { ["数".repeat(600_000)]: { state: "OK", detail: "👩‍💻".repeat(150_000) } };
  const address = await startHostile(answering(JSON.stringify(status)));
  const { code, stdout } = await runCli(["show", address]);
  expect(stdout.length).toBeGreaterThan(1_000_000);
  expect(code).toBe(0);
});

test("names that objects have are names like others", async () => {
  const address = await startHostile(
    answering('{"__proto__":{"state":"YELLOW"},"constructor":{"state":"OK"}}'),
  );
  const { code, stdout } = await runCli(["show", address]);
  expect(stdout).toContain("__proto__    YELLOW\nconstructor  OK\n");
  expect(code).toBe(1);
});

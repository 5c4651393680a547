import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProbe, type Probe } from "../../src/core/probe.ts";
import type { Control } from "../../src/http/access.ts";
import type { StatusResponse } from "../../src/http/message.ts";
import { createStatusService } from "../../src/http/service.ts";
import { createRecordingLogger, registryOf } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";

interface Peer {
  readonly remoteAddress?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Attempt {
  readonly answer: StatusResponse | undefined;
  readonly probe: Probe;
  readonly log: readonly string[];
}

/** Somebody tries to decommission. */
async function decommission(control: Control | undefined, peer: Peer = {}): Promise<Attempt> {
  const probe = createProbe();
  const logger = createRecordingLogger();
  const registry = registryOf([], { logger });
  const service = createStatusService({
    registry,
    probe,
    probeStatus: control === undefined ? {} : { control },
  });
  const request = createStatusRequest({ method: "POST", target: "/probe_status?body=OFF", ...peer });
  return { answer: await service(request), probe, log: logger.lines };
}

async function expectAllowed(control: Control | undefined, peer?: Peer): Promise<void> {
  const { answer, probe } = await decommission(control, peer);
  expect(answer).toMatchObject({ status: 200, body: "OFF" });
  expect(probe.body).toBe("OFF");
}

async function expectForbidden(control: Control | undefined, peer?: Peer): Promise<void> {
  const { answer, probe } = await decommission(control, peer);
  expect(answer).toMatchObject({ status: 403, body: "forbidden\n" });
  expect(answer?.headers).not.toHaveProperty("WWW-Authenticate");
  expect(probe.commissioned).toBe(true);
}

test.each([
  ["::ffff:127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
])("the user at %s is shown as %s", async (remoteAddress, shown) => {
  const { log } = await decommission(undefined, { remoteAddress });
  expect(log.join()).toContain(`decommissioned by ${shown}: `);
});

describe('control: "loopback", the default,', () => {
  test.each([
    "127.0.0.1",
    "127.0.0.53",
    "127.10.200.30",
    "127.9.9.9",
    "::1",
    "::ffff:127.0.0.1",
    "::FFFF:127.0.0.1",
  ])("allows a peer at %s", async (remoteAddress) => {
    await expectAllowed(undefined, { remoteAddress });
    await expectAllowed("loopback", { remoteAddress });
  });

  test.each([
    "10.0.0.1",
    "192.168.0.1",
    "128.0.0.1",
    "1127.0.0.1",
    "127.0.0.1.example.com",
    "127.0.0",
    "127.0.0.1000",
    "127.0.0.x",
    "::1:1",
    "1::1",
    "0.0.0.0",
    "::",
    "::2",
    "fe80::1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "2001:db8::1",
    "localhost",
    "",
    undefined,
  ])("refuses a peer at %s", async (remoteAddress) => {
    await expectForbidden(undefined, { remoteAddress });
  });

  test.each([
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-envoy-external-address",
    "true-client-ip",
    "cf-connecting-ip",
    "fastly-client-ip",
    "via",
  ])("refuses what a proxy on this machine passed on: %s", async (name) => {
    await expectForbidden(undefined, { headers: { [name]: "127.0.0.1" } });
    await expectForbidden(undefined, { headers: { [name]: "" } });
  });

  test("refuses a browser whose site's name was made to point to this machine", async () => {
    const headers = { host: "evil.example", origin: "http://evil.example" };
    await expectForbidden(undefined, { headers });
    await expectForbidden(undefined, { headers: { ...headers, "sec-fetch-site": "same-origin" } });
    await expectForbidden(undefined, { headers: { host: "evil.example", "sec-fetch-site": "same-origin" } });
    await expectForbidden(undefined, {
      headers: { host: "localhost.evil.example", "sec-fetch-site": "none" },
    });
    await expectForbidden(undefined, {
      headers: { host: "127.0.0.1.evil.example", "sec-fetch-site": "none" },
    });
  });

  test("refuses a page of another site whose request names no host", async () => {
    await expectForbidden("open", { headers: { origin: "http://evil.example" } });
    await expectForbidden("open", { headers: { origin: "null" } });
    await expectForbidden("open", { headers: { origin: "evil" } });
  });

  test.each([
    "evil-localhost",
    "evil.localhost",
    "evil-127.0.0.1",
    "localhost:8080.evil.example",
    "localhost:evil",
    "localhost:",
    "[::1].evil.example",
    "evil[::1]",
    "127.0.0",
    "127.0.0.0.1",
    "127.0.0.1000",
    "127.x.0.1",
    "",
  ])("refuses a browser that asks at %s, which is no name of this machine", async (host) => {
    await expectForbidden(undefined, { headers: { host, "sec-fetch-site": "none" } });
  });

  test.each([
    "localhost",
    "LocalHost",
    "localhost:8080",
    "127.0.0.1:8080",
    "127.0.0.53",
    "127.10.200.3:8080",
    "[::1]:8080",
  ])("allows a browser that asks for itself at %s", async (host) => {
    await expectAllowed(undefined, {
      headers: { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" },
    });
  });

  test("allows what is no browser by whatever name, as haproxy and curl ask", async () => {
    await expectAllowed(undefined, { headers: { host: "app.internal:8080" } });
    await expectAllowed(undefined, { headers: {} });
  });
});

describe('control: "open"', () => {
  test.each(["127.0.0.1", "10.0.0.1", undefined])("allows a peer at %s", async (remoteAddress) => {
    await expectAllowed("open", { remoteAddress });
  });

  test("allows what a proxy passed on", async () => {
    await expectAllowed("open", { remoteAddress: "10.0.0.1", headers: { "x-forwarded-for": "203.0.113.1" } });
  });
});

describe('control: "off"', () => {
  test("refuses everybody", async () => {
    await expectForbidden("off");
    await expectForbidden("off", { headers: { authorization: "Bearer abc" } });
  });
});

describe("control: { token }", () => {
  const control = { token: "s3cret-T0ken=" };

  test.each(["Bearer s3cret-T0ken=", "bearer s3cret-T0ken=", "BEARER   s3cret-T0ken= "])(
    "allows Authorization: %s from anywhere",
    async (authorization) => {
      await expectAllowed(control, { remoteAddress: "10.0.0.1", headers: { authorization } });
    },
  );

  test.each([
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Bearer s3cret-T0ken",
    "Bearer S3CRET-T0KEN=",
    "Bearer s3cret-T0ken==",
    "Bearer s3cret-T0ken= x",
    "Basic s3cret-T0ken=",
    "s3cret-T0ken=",
    "Token s3cret-T0ken=",
    "BearerX s3cret-T0ken=",
    "xBearer s3cret-T0ken=",
    "x Bearer s3cret-T0ken=",
    "Bearers3cret-T0ken=",
  ])("refuses Authorization: %s with 401, also from this machine", async (authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const { answer, probe } = await decommission(control, { headers });
    expect(answer).toMatchObject({
      status: 401,
      body: "unauthorized\n",
      headers: { "WWW-Authenticate": "Bearer" },
    });
    expect(probe.commissioned).toBe(true);
    expect(JSON.stringify(answer)).not.toContain("s3cret");
  });
});

describe("control as a function", () => {
  test("is asked with the request", async () => {
    const seen: unknown[] = [];
    await expectAllowed(
      ({ method, target, remoteAddress, header }) => {
        seen.push([method, target, remoteAddress, header("x-user")]);
        return true;
      },
      { remoteAddress: "10.0.0.1", headers: { "x-user": "me" } },
    );
    expect(seen).toEqual([["POST", "/probe_status?body=OFF", "10.0.0.1", "me"]]);
  });

  test("allows by true, and by a promise of true", async () => {
    await expectAllowed(() => true);
    await expectAllowed(() => Promise.resolve(true));
  });

  test.each([
    "true",
    1,
    {},
    undefined,
    null,
    false,
    Promise.resolve("true"),
    Promise.resolve(1),
    Promise.resolve(),
  ])("refuses by %j, which is not true", async (answer) => {
    await expectForbidden((() => answer) as Control);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("no access\n    at password=abc (file.js:1:1)");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no access\n    at password=abc (file.js:1:1)"))],
  ])("that %s is a 500 that says nothing, and is logged", async (_, control) => {
    const { answer, probe, log } = await decommission(control);
    expect(answer).toMatchObject({ status: 500, body: "internal error\n" });
    expect(log).toEqual(["error: SVC011 probeStatus.control failed, the probe is unchanged: no access"]);
    expect(probe.commissioned).toBe(true);
  });

  describe("that never answers", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    test("is a 500 after 5 s, and leaves no timer", async () => {
      const attempt = decommission(() => new Promise<boolean>(() => {}));
      let isAnswered = false;
      void attempt.then(() => {
        isAnswered = true;
      });
      await vi.advanceTimersByTimeAsync(4_999);
      expect(isAnswered).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      const { answer, probe, log } = await attempt;
      expect(answer).toMatchObject({ status: 500, body: "internal error\n" });
      expect(log).toEqual([
        "error: SVC011 probeStatus.control failed, the probe is unchanged: timed out after 5000 ms",
      ]);
      expect(probe.commissioned).toBe(true);
      expect(vi.getTimerCount()).toBe(0);
    });

    test("leaves no timer behind once it has answered", async () => {
      await expectAllowed(() => Promise.resolve(true));
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});

describe.each<[name: string, control: Control]>([
  ['"loopback"', "loopback"],
  ['"open"', "open"],
  ["{ token }", { token: "abc" }],
  ["a function", () => true],
])("with control: %s a browser", (_, control) => {
  const own = { host: "localhost:8080", authorization: "Bearer abc" };

  test.each<[what: string, headers: Readonly<Record<string, string>>]>([
    ["from another site", { "sec-fetch-site": "cross-site" }],
    ["from a sister of this site", { "sec-fetch-site": "same-site" }],
    ["with a word that nobody knows", { "sec-fetch-site": "" }],
    ["with a foreign origin", { origin: "http://evil.example" }],
    [
      "with a foreign origin that says it is same-origin",
      { origin: "http://evil.example", "sec-fetch-site": "same-origin" },
    ],
    ["with our name at another port", { origin: "http://localhost:9090" }],
    ["with our name in its own", { origin: "http://localhost:8080.evil.example" }],
    ["with our name as the user", { origin: "http://localhost:8080@evil.example" }],
    ["with the origin null", { origin: "null" }],
    ["with an empty origin", { origin: "" }],
    ["with an origin that is none", { origin: "localhost:8080" }],
  ])("is refused %s", async (_what, headers) => {
    await expectForbidden(control, { headers: { ...own, ...headers } });
  });

  test.each<[what: string, headers: Readonly<Record<string, string>>]>([
    ["origin null", { origin: "null" }],
    ["an empty origin", { origin: "" }],
    ["an origin without a host", { origin: "file://" }],
  ])("is refused with %s where the request names no host, or an empty one", async (_what, headers) => {
    const { host, ...withoutHost } = own;
    expect(host).toBeDefined();
    await expectForbidden(control, { headers: { ...withoutHost, ...headers } });
    await expectForbidden(control, { headers: { ...withoutHost, host: "", ...headers } });
  });

  test.each<[what: string, headers: Readonly<Record<string, string>>]>([
    ["from this very site", { "sec-fetch-site": "same-origin" }],
    [
      "from this very site, with its origin",
      { "sec-fetch-site": "same-origin", origin: "http://localhost:8080" },
    ],
    ["from its address bar", { "sec-fetch-site": "none" }],
    ["too old for Sec-Fetch-Site, with our origin", { origin: "http://localhost:8080" }],
    ["in capitals", { host: "LOCALHOST:8080", origin: "http://localhost:8080" }],
  ])("is allowed %s", async (_what, headers) => {
    await expectAllowed(control, { headers: { ...own, ...headers } });
  });
});

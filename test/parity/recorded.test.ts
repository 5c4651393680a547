import { Gauge, Registry } from "prom-client";
import { beforeAll, describe, expect, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { createProbe } from "../../src/core/probe.ts";
import recording from "../fixtures/lovely-ws-status-1.0.0.json" with { type: "json" };
import { type Answer, startServer } from "../support/http.ts";
import { registryOf } from "../support/registry.ts";

interface Exchange {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly response: { readonly status: number; readonly contentType: string; readonly body: string | null };
}

interface Scene {
  readonly handlers: readonly { readonly name: string; readonly returns: unknown }[];
  readonly metrics?: readonly { readonly name: string; readonly help: string; readonly value: number }[];
  readonly exchanges: readonly Exchange[];
}

interface Expectation {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly allow?: string;
}

const SCENES = recording as unknown as Readonly<Record<string, Scene>>;

const NOT_ALLOWED = { status: 405, contentType: "text/plain; charset=utf-8", body: "method not allowed\n" };
const REPORT_METHODS: Expectation = { ...NOT_ALLOWED, allow: "GET, HEAD" };
const PROBE_METHODS: Expectation = { ...NOT_ALLOWED, allow: "GET, HEAD, OPTIONS, POST" };
/** Of the page, its beginning is enough here. */
const PAGE = { status: 200, contentType: "text/html; charset=utf-8", body: "<!doctype html>" };
const TIME = "2026-01-01T00:00:00.000Z";

const REASONS = {
  suffix: "a path suffix wins over Accept",
  quality: "q=0 excludes",
  health: "there is a health+json format",
  page: "a browser gets the status page",
  methods: "methods other than GET, HEAD and the probe's POST are 405",
  canonical: "only canonical paths are served",
  probeMethods: "PUT and DELETE on the probe are 405 too",
} as const;

/**
 * What differs on purpose: the request, why, and what we answer instead, which is another recorded exchange of the
 * same scene or an answer of our own. Everything that does not stand here must be as it was recorded, but for:
 *
 * - the charset, which the original writes in capitals;
 * - csv, which ends with a newline here, as a text file does;
 * - whole numbers among an application's metrics: Python writes 7.0 where JavaScript writes 7;
 * - the page of the framework behind a 404, for which the recording has no body.
 */
const DIFFERENCES: Readonly<
  Record<
    string,
    readonly [reason: string, ours: string | Expectation | Readonly<Record<string, Expectation>>]
  >
> = {
  "GET /svc_status.json, Accept: text/csv": [REASONS.suffix, "GET /svc_status.json"],
  "GET /svc_status.csv, Accept: application/json": [REASONS.suffix, "GET /svc_status.csv"],
  "GET /svc_status, Accept: application/json;q=0": [REASONS.quality, "GET /svc_status.csv"],
  "GET /svc_status, Accept: application/health+json": [
    REASONS.health,
    {
      empty: {
        status: 200,
        contentType: "application/health+json",
        body: '{"status":"pass","checks":{}}',
      },
      readme: {
        status: 503,
        contentType: "application/health+json",
        body: `{"status":"fail","checks":{"DatabaseConnection":[{"status":"pass","time":"${TIME}"}],"UserService":[{"status":"fail","time":"${TIME}","output":"Service not available"}]}}`,
      },
    },
  ],
  "GET /svc_status, Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": [
    REASONS.page,
    PAGE,
  ],
  "GET /svc%5Fstatus": [
    REASONS.canonical,
    { status: 404, contentType: "text/plain; charset=utf-8", body: "not found\n" },
  ],
  "POST /svc_status": [REASONS.methods, REPORT_METHODS],
  "POST /svc_status.json": [REASONS.methods, REPORT_METHODS],
  "PUT /svc_status": [REASONS.methods, REPORT_METHODS],
  "DELETE /svc_status": [REASONS.methods, REPORT_METHODS],
  "OPTIONS /svc_status": [REASONS.methods, REPORT_METHODS],
  "PUT /probe_status?body=OK": [REASONS.probeMethods, PROBE_METHODS],
  "DELETE /probe_status": [REASONS.probeMethods, PROBE_METHODS],
};

function toName({ method, path, headers }: Exchange["request"]): string {
  const accept = headers["accept"];
  return `${method} ${path}${accept === undefined ? "" : `, Accept: ${accept}`}`;
}

/** What was recorded, with the four differences of form that are described above. */
function toOurForm({ request, response }: Exchange): Expectation {
  const contentType = response.contentType.toLowerCase();
  const body = response.body ?? "not found\n";
  const lacksNewline = contentType.startsWith("text/csv") && body !== "" && request.method !== "HEAD";
  return {
    status: response.status,
    contentType,
    body: lacksNewline ? `${body}\n` : body.replace("app_queue_length 7.0\n", "app_queue_length 7\n"),
  };
}

function toExpectation(sceneName: string, scene: Scene, exchange: Exchange): Expectation {
  const [, ours] = DIFFERENCES[toName(exchange.request)] ?? [];
  if (ours === undefined) return toOurForm(exchange);
  if (typeof ours !== "string") return "status" in ours ? (ours as Expectation) : ours[sceneName]!;
  return toOurForm(scene.exchanges.find(({ request }) => toName(request) === ours)!);
}

/** Starts a server as the scene wants it, and replays the scene in order. */
async function replay({ handlers, metrics, exchanges }: Scene): Promise<Answer[]> {
  const register = new Registry();
  for (const { name, help, value } of metrics ?? []) {
    new Gauge({ name, help, registers: [register] }).set(value);
  }
  const server = await startServer(
    serviceStatus({
      registry: registryOf(handlers.map(({ name, returns }) => [name, returns])),
      probe: createProbe(),
      svcStatus: {
        csv: { detail: true },
        prometheus: { repeatMetadata: true, ...(metrics && { metrics: register }) },
      },
      probeStatus: { control: "open" },
    }),
  );
  try {
    const answers: Answer[] = [];
    for (const { request } of exchanges) answers.push(await server.ask(request.path, request));
    return answers;
  } finally {
    await server.close();
  }
}

describe.each(Object.entries(SCENES))(
  "recorded from lovely-ws-status 1.0.0, scene %s:",
  (sceneName, scene) => {
    let answers: readonly Answer[] = [];

    beforeAll(async () => {
      answers = await replay(scene);
    });

    const exchanges = scene.exchanges.map((exchange, index) => {
      const [reason] = DIFFERENCES[toName(exchange.request)] ?? [];
      const title = `${toName(exchange.request)} is ${reason === undefined ? "the same" : `another, because ${reason}`}`;
      return { title, exchange, index };
    });

    test.each(exchanges)("$index. $title", ({ exchange, index }) => {
      const { status, headers, body } = answers[index]!;
      const { allow, ...expected } = toExpectation(sceneName, scene, exchange);
      const shown = expected.contentType === PAGE.contentType ? body.slice(0, PAGE.body.length) : body;
      expect({ status, contentType: headers["content-type"], body: shown }).toEqual(expected);
      expect(headers.allow).toBe(allow);
    });
  },
);

describe("the table of differences", () => {
  const exchanges = Object.entries(SCENES).flatMap(([sceneName, scene]) =>
    scene.exchanges.map((exchange) => ({ sceneName, scene, exchange, name: toName(exchange.request) })),
  );

  test.each(Object.keys(DIFFERENCES))("has %s, which was recorded, and otherwise than we answer", (name) => {
    const recorded = exchanges.filter((one) => one.name === name);
    const isOther = ({ sceneName, scene, exchange }: (typeof exchanges)[number]) =>
      JSON.stringify(toExpectation(sceneName, scene, exchange)) !== JSON.stringify(toOurForm(exchange));
    expect(recorded.some(isOther)).toBe(true);
  });

  test("leaves everything else, 69 of 93 exchanges, as it was recorded", () => {
    const same = exchanges.filter(({ name }) => DIFFERENCES[name] === undefined);
    expect([same.length, exchanges.length]).toEqual([69, 93]);
  });
});

import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { HELLO } from "./listen.ts";
import type { Sent } from "./wire.ts";

/** What has to come back. */
export interface Expected {
  readonly status: number;
  /** Left out: a page of the framework. */
  readonly body?: string;
  /** All of them, but those that every answer of ours has. Left out: the answer is not ours. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Exchange {
  readonly sent: Sent;
  readonly expected: Expected;
}

/** Requests to one application, in this order: later ones see what earlier ones did. */
export interface Scene {
  readonly title: string;
  createOptions(): ServiceStatusOptions;
  /** There are functions among the options. */
  readonly callsFunctions?: boolean;
  readonly exchanges: readonly Exchange[];
}

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
  readonly and?: Readonly<Record<string, string>>;
}

type Question = Omit<Sent, "method" | "target">;

const CSV = "text/csv; charset=utf-8";
const JSON_TYPE = "application/json";
const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
const OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN = "text/plain; charset=utf-8";

const DATABASE_CSV = "Database\tOK\n";
const DATABASE_JSON = '{"Database":{"state":"OK"}}';
const BOTH_CSV = "Database\tOK\nNachrücker\tRED\n";
const BOTH_JSON = `{"Database":{"state":"OK"},"Nachr\\u00fccker":{"state":"RED","detail":"l\\u00e4uft nicht"}}`;
const BOTH_PROMETHEUS = [
  "# HELP svc_status Status 0->OK, 1->YELLOW, 2->RED",
  "# TYPE svc_status untyped",
  'svc_status{name="Database"} 0',
  'svc_status{name="Nachrücker"} 2',
  "",
].join("\n");
const BOTH_OPENMETRICS = `${BOTH_PROMETHEUS.replace("untyped", "unknown")}# EOF\n`;

const VARY = { vary: "Accept" };
const NOT_ALLOWED: Answer = { status: 405, body: "method not allowed\n", and: { allow: "GET, HEAD" } };
const FORBIDDEN: Answer = { status: 403, body: "forbidden\n" };
const IN_SERVICE: Answer = { body: "OK" };
const IN_GOOD_HEALTH: Answer = { body: "ok" };
const WITHHELD = "internal server error: reason withheld\n";
const NOT_READY: Answer = {
  status: 503,
  body: "[+]probe ok\n[+]Database ok\n[-]Nachrücker failed: reason withheld\nready check failed\n",
};
const OUT_OF_SERVICE: Answer = { status: 503, body: "OFF" };
const BODY_IN_REQUEST: Answer = {
  status: 400,
  body: "the new body must be a query parameter: curl -X POST '…?body=OFF'; nothing was changed\n",
};
const BODY_RULE: Answer = {
  status: 400,
  body: "body: expected at most 1024 characters without control characters\n",
};

/** An answer of ours to a request such as `GET /svc_status`. */
function ours(request: string, { status = 200, type = PLAIN, body, and }: Answer, sent?: Question): Exchange {
  const [method = "", target = ""] = request.split(" ");
  const length = String(Buffer.byteLength(body));
  return {
    sent: { method, target, ...sent },
    expected: {
      status,
      body: method === "HEAD" ? "" : body,
      headers: { "content-type": type, "content-length": length, ...and },
    },
  };
}

function report(request: string, type: string, body: string, headers?: Question["headers"]): Exchange {
  const isNegotiated = /\/svc_status(?:\.prometheus)?(?:\?|$)/.test(request);
  return ours(request, { type, body, ...(isNegotiated && { and: VARY }) }, headers && { headers });
}

/** The application's own business. */
function foreign(request: string, expected: Expected): Exchange {
  const [method = "", target = ""] = request.split(" ");
  return { sent: { method, target }, expected };
}

function createRegistry(): StatusRegistry {
  const registry = createStatusRegistry();
  registry.addStatusHandler("Database", () => ({ state: "OK" }));
  registry.addStatusHandler("Nachrücker", async () => ({ state: "RED", detail: "läuft nicht" }));
  return registry;
}

const JSON_BODY: Question = { headers: { "content-type": "application/json" }, body: '{"body":"OFF"}' };
const FORM_BODY: Question = {
  headers: { "content-type": "application/x-www-form-urlencoded", "content-length": "8" },
  body: "body=OFF",
};
const BROKEN_BODY: Question = { headers: { "content-type": "application/json" }, body: "{" };
const STRANGE_BODY: Question = { headers: { "content-type": "application/x-unheard-of" }, body: "body" };

export const SCENES: readonly Scene[] = [
  {
    title: "the report",
    createOptions: () => ({ registry: createRegistry() }),
    exchanges: [
      report("GET /svc_status", CSV, BOTH_CSV),
      report("GET /svc_status", CSV, BOTH_CSV, { accept: "*/*" }),
      report("GET /svc_status", CSV, BOTH_CSV, { accept: "not a media range" }),
      report("GET /svc_status", JSON_TYPE, BOTH_JSON, { accept: "application/json" }),
      report("GET /svc_status", JSON_TYPE, BOTH_JSON, { accept: ["text/*;q=0.1", "application/json"] }),
      report("GET /svc_status", PROMETHEUS, BOTH_PROMETHEUS, { accept: "text/plain;version=0.0.4;q=0.5" }),
      report("GET /svc_status", OPENMETRICS, BOTH_OPENMETRICS, { accept: "application/openmetrics-text" }),
      report("GET /svc_status", PROMETHEUS, BOTH_PROMETHEUS, { "x-prometheus-scrape-timeout-seconds": "5" }),
      report("GET /svc_status.csv", CSV, BOTH_CSV),
      report("GET /svc_status.json", JSON_TYPE, BOTH_JSON),
      report("GET /svc_status.json", JSON_TYPE, BOTH_JSON, { accept: "text/csv" }),
      report("GET /svc_status.prometheus", PROMETHEUS, BOTH_PROMETHEUS),
      report("HEAD /svc_status", CSV, BOTH_CSV),
      report("HEAD /svc_status.json", JSON_TYPE, BOTH_JSON),
      report("HEAD /svc_status.prometheus", PROMETHEUS, BOTH_PROMETHEUS),
      report("GET /svc_status?x=1", CSV, BOTH_CSV),
      report("GET /svc_status.json?name=Database", JSON_TYPE, DATABASE_JSON),
      report("GET /svc_status?name=Nachr%C3%BCcker&name=Database", CSV, BOTH_CSV),
      ours("GET /svc_status.csv?name=Nobody", { status: 404, body: "no status handler has this name\n" }),
      report("GET http://example.com/svc_status.csv?name=Database", CSV, DATABASE_CSV),
    ],
  },
  {
    title: "a report that is asked for as if it could be cached or taken in parts",
    createOptions: () => ({ registry: createRegistry() }),
    exchanges: [
      report("GET /svc_status", CSV, BOTH_CSV, { "if-none-match": "*" }),
      report("HEAD /svc_status", CSV, BOTH_CSV, { "if-none-match": "*" }),
      report("GET /svc_status.json", JSON_TYPE, BOTH_JSON, {
        "if-none-match": 'W/"1"',
        "cache-control": "max-age=60",
      }),
      report("GET /svc_status.json", JSON_TYPE, BOTH_JSON, {
        "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT",
      }),
      report("GET /svc_status.json", JSON_TYPE, BOTH_JSON, { range: "bytes=0-3" }),
      report("GET /svc_status.json", JSON_TYPE, BOTH_JSON, { "accept-encoding": "gzip, br" }),
    ],
  },
  {
    title: "methods that the report does not have",
    createOptions: () => ({ registry: createRegistry() }),
    exchanges: [
      ours("POST /svc_status", NOT_ALLOWED),
      ours("POST /svc_status.json", NOT_ALLOWED, JSON_BODY),
      ours("POST /svc_status.json", NOT_ALLOWED, STRANGE_BODY),
      ours("PUT /svc_status", NOT_ALLOWED, BROKEN_BODY),
      ours("PATCH /svc_status", NOT_ALLOWED, FORM_BODY),
      ours("DELETE /svc_status.csv", NOT_ALLOWED),
      ours("OPTIONS /svc_status", NOT_ALLOWED),
    ],
  },
  {
    title: "the probe",
    createOptions: () => ({ probe: createProbe() }),
    exchanges: [
      ours("GET /probe_status", IN_SERVICE),
      ours("HEAD /probe_status", IN_SERVICE),
      ours("OPTIONS /probe_status", IN_SERVICE),
      ours("GET /probe_status", IN_SERVICE, { headers: { "if-none-match": "*", range: "bytes=0-0" } }),
      ours("POST /probe_status?body=OFF", { body: "OFF" }),
      ours("GET /probe_status", OUT_OF_SERVICE),
      ours("HEAD /probe_status", OUT_OF_SERVICE),
      ours("OPTIONS /probe_status", OUT_OF_SERVICE),
      ours("GET /probe_status?body=OK", OUT_OF_SERVICE),
      ours("PUT /probe_status?body=OK", { ...NOT_ALLOWED, and: { allow: "GET, HEAD, OPTIONS, POST" } }),
      ours("POST /probe_status", BODY_IN_REQUEST, FORM_BODY),
      ours("POST /probe_status", BODY_IN_REQUEST, JSON_BODY),
      ours("POST /probe_status", BODY_IN_REQUEST, BROKEN_BODY),
      ours("POST /probe_status", BODY_IN_REQUEST, STRANGE_BODY),
      ours("POST /probe_status?body=a%0Ab", BODY_RULE),
      ours(`POST /probe_status?body=${"x".repeat(1_025)}`, BODY_RULE),
      ours("GET /probe_status", OUT_OF_SERVICE),
      ours("POST /probe_status?body=1&body=%C3%9Cbergabe", { body: "Übergabe" }, FORM_BODY),
      ours("GET /probe_status", { status: 503, body: "Übergabe" }),
      ours("POST /probe_status?body=", { body: "" }),
      ours("GET /probe_status", { status: 503, body: "" }),
      ours("POST /probe_status", IN_SERVICE, { headers: { "content-length": "0" } }),
      ours("GET /probe_status", IN_SERVICE),
    ],
  },
  {
    title: "a probe that only this machine controls",
    createOptions: () => ({ probe: createProbe() }),
    exchanges: [
      ours("POST /probe_status?body=OFF", FORBIDDEN, { headers: { "x-forwarded-for": "127.0.0.1" } }),
      ours("POST /probe_status?body=OFF", FORBIDDEN, { headers: { forwarded: "for=127.0.0.1" } }),
      ours("POST /probe_status?body=OFF", FORBIDDEN, { headers: { "sec-fetch-site": "cross-site" } }),
      ours("POST /probe_status?body=OFF", FORBIDDEN, { headers: { origin: "https://example.com" } }),
      ours("GET /probe_status", IN_SERVICE),
    ],
  },
  {
    title: "a probe that a token controls",
    createOptions: () => ({ probe: createProbe(), probeStatus: { control: { token: "s3cret" } } }),
    exchanges: [
      ours("POST /probe_status?body=OFF", {
        status: 401,
        body: "unauthorized\n",
        and: { "www-authenticate": "Bearer" },
      }),
      ours(
        "POST /probe_status?body=OFF",
        { status: 401, body: "unauthorized\n", and: { "www-authenticate": "Bearer" } },
        { headers: { authorization: "Bearer wrong" } },
      ),
      ours(
        "POST /probe_status?body=OFF",
        { body: "OFF" },
        { headers: { authorization: "Bearer s3cret", "x-forwarded-for": "192.0.2.1" } },
      ),
      ours("GET /probe_status", OUT_OF_SERVICE),
    ],
  },
  {
    title: "the questions of Kubernetes",
    createOptions: () => ({
      registry: createRegistry(),
      probe: createProbe(),
      healthProbes: { live: "/livez", ready: "/health/ready", exclude: true },
    }),
    exchanges: [
      ours("GET /livez", IN_GOOD_HEALTH),
      ours("GET /livez?verbose", { body: "livez check passed\n" }),
      ours("GET /health/ready", NOT_READY),
      ours("HEAD /health/ready", NOT_READY),
      ours("GET /health/ready?exclude=Nachr%C3%BCcker", IN_GOOD_HEALTH),
      ours("GET /health/ready/Database", IN_GOOD_HEALTH),
      ours("GET /health/ready/Database?x=1", IN_GOOD_HEALTH),
      ours("GET /health/ready/Nachr%C3%BCcker", { status: 503, body: WITHHELD }),
      ours("GET /health/ready/Nobody", { status: 404, body: "not found\n" }),
      ours("GET /startupz/Database", IN_GOOD_HEALTH),
      ours("POST /livez", NOT_ALLOWED, JSON_BODY),
      ours("OPTIONS /health/ready/Database", NOT_ALLOWED),
      foreign("GET /livez/Database/../Database", { status: 404 }),
      foreign("GET /livez%2FDatabase", { status: 404 }),
      foreign("GET /%6Civez", { status: 404 }),
      foreign("GET /health/read%79/Database", { status: 404 }),
      foreign("GET /livez/", { status: 404 }),
      foreign("GET /health", { status: 404 }),
      foreign("GET /readyz", { status: 404 }),
    ],
  },
  {
    title: "what the application decides",
    callsFunctions: true,
    createOptions: () => ({
      registry: createRegistry(),
      svcStatus: {
        path: "/status",
        authorize: ({ header }) => {
          if (header("x-user") === "broken") throw new Error("no such user");
          return header("x-user") === "root";
        },
        details: ({ raw, remoteAddress }) => raw === undefined || remoteAddress !== "127.0.0.1",
        httpStatus: { RED: 500 },
      },
      probeStatus: { path: "/lb/probe", decommissionedStatus: 404, control: "off" },
      probe: createProbe({ body: "starting" }),
    }),
    exchanges: [
      ours("GET /status", FORBIDDEN),
      ours("HEAD /status.json", FORBIDDEN),
      ours("GET /status", { status: 500, body: "internal error\n" }, { headers: { "x-user": "broken" } }),
      ours("HEAD /status", { status: 500, body: "internal error\n" }, { headers: { "x-user": "broken" } }),
      ours(
        "GET /status.json",
        {
          status: 500,
          type: JSON_TYPE,
          body: '{"Database":{"state":"OK"},"Nachr\\u00fccker":{"state":"RED"}}',
        },
        { headers: { "x-user": "root" } },
      ),
      ours("GET /lb/probe", { status: 404, body: "starting" }),
      ours("OPTIONS /lb/probe", { status: 404, body: "starting" }),
      ours("POST /lb/probe?body=OK", FORBIDDEN),
      foreign("GET /svc_status", { status: 404 }),
      foreign("GET /probe_status", { status: 404 }),
    ],
  },
  {
    title: "what is the application's own",
    createOptions: () => ({ registry: createRegistry() }),
    exchanges: [
      foreign("GET /hello", { status: 200, body: HELLO }),
      foreign("GET /hello?name=/svc_status", { status: 200, body: HELLO }),
      foreign("GET /", { status: 404 }),
      foreign("GET /svc_status/", { status: 404 }),
      foreign("GET /SVC_STATUS", { status: 404 }),
      foreign("GET /svc_statusx", { status: 404 }),
      foreign("GET /svc_status.xml", { status: 404 }),
      foreign("GET /svc_status.JSON", { status: 404 }),
      foreign("GET /svc_status.json.csv", { status: 404 }),
      foreign("GET /x/svc_status", { status: 404 }),
      foreign("GET //svc_status", { status: 404 }),
      foreign("GET /svc%2Fstatus", { status: 404 }),
      foreign("GET /svc%5Fstatus", { status: 404 }),
      foreign("GET /svc_status%2Ejson", { status: 404 }),
      foreign("GET /%70robe_status", { status: 404 }),
      foreign("POST /probe%5Fstatus?body=OFF", { status: 404 }),
      foreign("GET http://localhost/%70robe_status", { status: 404 }),
      foreign("GET /hello/../probe_status", { status: 404 }),
      foreign("GET /hello/%2E%2E/probe_status", { status: 404 }),
      foreign("GET /./svc_status", { status: 404 }),
      foreign("GET /probe_status/", { status: 404 }),
      foreign("POST /Probe_Status?body=OFF", { status: 404 }),
    ],
  },
];

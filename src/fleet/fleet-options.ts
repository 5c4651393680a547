import { readOptions } from "../options/read-options.ts";
import { ANY, CLOCK, COUNT, LINE, PERIOD_MS } from "../options/rules.ts";
import type { OptionShapes, Shape, TextShape, WithDefaults } from "../options/shape.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { DEFAULT_LABELS, type FleetLabels } from "./options.ts";
import type { TlsFiles } from "./read/credentials.ts";
import type { Selector } from "./read/promql.ts";
import { MAX_ANSWER_BYTES } from "./read/reader.ts";

/** The source of the fleet, and how to read it. Only `prometheus` is required. */
export interface FleetOptions {
  /** The URL of Prometheus or of a compatible server (VictoriaMetrics, Thanos, Mimir), without `/api/v1`. */
  readonly prometheus: string | URL;
  /** Only services with these labels: `{ cluster: "eu" }`. */
  readonly selector?: Selector;
  /** The labels that identify a service: those of `svc-status fleet rules`. */
  readonly labels?: Partial<FleetLabels>;
  /**
   * Maximum age of an answer of Prometheus before the next reader causes another query. Minimum 1,000.
   * @default 5000
   */
  readonly refreshMs?: number;
  /**
   * Timeout of a query.
   * @default 10000
   */
  readonly timeoutMs?: number;
  /**
   * Maximum size of an answer. A larger one aborts the query.
   * @default 64,000,000
   */
  readonly maxAnswerBytes?: number;
  /**
   * Maximum age of an evaluation of the rules. Older states are `UNKNOWN`.
   * @default 120000
   */
  readonly maxAgeMs?: number;
  /** A bearer token. Default for all credentials: `SVC_STATUS_PROMETHEUS_TOKEN` or `SVC_STATUS_PROMETHEUS_BASIC`. */
  readonly token?: string;
  /** The file with a bearer token, read before each query. */
  readonly tokenFile?: string;
  /** `user:password` */
  readonly basic?: string;
  /** The file with `user:password`, read before each query. */
  readonly basicFile?: string;
  /** PEM files: `{ ca, cert, key }`, for mutual TLS. */
  readonly tls?: TlsFiles;
  /** The clock, for tests. See `createFakeClock` in `svc-status/testing`. */
  readonly clock?: Clock;
}

export interface ResolvedFleetOptions
  extends WithDefaults<FleetOptions, "token" | "tokenFile" | "basic" | "basicFile"> {
  readonly labels: FleetLabels;
}

/** The names become part of expressions, so they must not contain other syntax. */
const LABEL: TextShape = { kind: "text", pattern: /^[A-Za-z_]\w*$/u, expected: "the name of a label" };
const SECRET: TextShape = { ...LINE, isSecret: true };

export const FLEET_OPTIONS: OptionShapes<FleetOptions, ResolvedFleetOptions> = {
  // The message must not contain a password, so `parsePrometheusUrl` checks it.
  prometheus: { ...ANY, required: true },
  selector: { kind: "map", values: { kind: "text", pattern: /^/u, expected: "a string" }, default: {} },
  labels: {
    kind: "object",
    properties: {
      service: { ...LABEL, default: DEFAULT_LABELS.service },
      within: { kind: "list", items: LABEL as Shape, default: DEFAULT_LABELS.within },
    },
    default: {},
  },
  refreshMs: { ...PERIOD_MS, min: 1_000, default: 5_000 },
  timeoutMs: { ...PERIOD_MS, default: 10_000 },
  maxAnswerBytes: { ...COUNT, min: 1_000, default: MAX_ANSWER_BYTES },
  maxAgeMs: { ...PERIOD_MS, default: 120_000 },
  token: SECRET,
  tokenFile: LINE,
  basic: SECRET,
  basicFile: LINE,
  tls: { kind: "object", properties: { ca: LINE, cert: LINE, key: LINE }, default: {} },
  clock: { ...CLOCK, default: systemClock },
};

/** Validates the options and applies the defaults. Throws a TypeError that never contains a secret. */
export function resolveFleetOptions(options: FleetOptions): ResolvedFleetOptions & { readonly url: URL } {
  const resolved = readOptions(FLEET_OPTIONS, options);
  for (const label of Object.keys(resolved.selector))
    if (!LABEL.pattern?.test(label))
      throw new TypeError(`selector: expected the name of a label, got ${JSON.stringify(label)}`);
  const url = parsePrometheusUrl(resolved.prometheus, "Use basic or basicFile");
  if (typeof url === "string") throw new TypeError(`prometheus: ${url}`);
  return { ...resolved, url };
}

/** Returns the URL, or what was expected. */
export function parsePrometheusUrl(given: unknown, advice: string): URL | string {
  const url = URL.canParse(String(given)) ? new URL(String(given)) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return "expected the URL of Prometheus, such as http://localhost:9090";
  return url.username + url.password === "" ? url : `expected a URL without a password. ${advice}`;
}

import type { ClockOptions } from "../../checks/clock.ts";
import type { DiskOptions } from "../../checks/disk.ts";
import type { DnsOptions } from "../../checks/dns.ts";
import type { EventLoopOptions } from "../../checks/event-loop.ts";
import type { FileAgeOptions } from "../../checks/file-age.ts";
import type { HttpOptions } from "../../checks/http.ts";
import type { MemoryOptions } from "../../checks/memory.ts";
import type { TcpOptions } from "../../checks/tcp.ts";
import type { TlsCertificateOptions } from "../../checks/tls-certificate.ts";
import type { StatusHandler } from "../../core/handler.ts";
import type { HandlerOptions } from "../../core/handler-options.ts";
import { AMOUNT, choice, FLAG, FUNCTION, LINE, PERIOD_MS, PORT, RATIO } from "../../options/rules.ts";
import type { OptionShape, Shape, TextShape } from "../../options/shape.ts";
import { type Environment, fillHeaders } from "./environment.ts";
import { FROM_ENVIRONMENT, HOST, HOST_AND_PORT } from "./shapes.ts";

/** The checks that do not need the client of an application. */
export type CheckName =
  | "clock"
  | "disk"
  | "dns"
  | "eventLoop"
  | "fileAge"
  | "http"
  | "memory"
  | "tcp"
  | "tlsCertificate";

/** Creates the handler. Throws a TypeError that names the option, or the target in the check's own words. */
type Build = (target: string, options: never, env: Environment) => StatusHandler;

/** How a configuration describes a check. */
export interface CheckType {
  /** The beginning of its default name. */
  readonly title: string;
  /** The target of the check. Default: this process. */
  readonly target?: TextShape;
  /** Shortens the target for the name. Default: unchanged. */
  readonly shorten?: (target: string) => string;
  readonly options: Readonly<Record<string, OptionShape>>;
  /** Default handler options. The check itself has a default scope. */
  readonly defaults: HandlerOptions;
  readonly load: () => Promise<Build>;
}

/** Every option of a check has a shape. A missing one does not compile. */
type Options<Of> = Readonly<Record<keyof Of, OptionShape>>;

const LATENCY: Options<TcpOptions> = {
  warnLatencyMs: { ...AMOUNT, help: "YELLOW if it takes this long." },
  maxLatencyMs: { ...AMOUNT, help: "RED if it takes this long." },
};
const LINES: Shape = { kind: "list", items: LINE, isNonEmpty: true };
const HTTP_STATUS: Shape = { kind: "number", min: 100, max: 599, integer: true };

const HTTP_OPTIONS: Options<HttpOptions> = {
  method: LINE,
  headers: {
    kind: "map",
    values: {
      kind: "either",
      shapes: [{ ...LINE, isSecret: true }, FROM_ENVIRONMENT],
      isSecret: true,
    },
    help: 'Headers to send. { "env": "NAME" } takes a value from the environment.',
  },
  expectedStatus: {
    kind: "either",
    shapes: [HTTP_STATUS, { kind: "list", items: HTTP_STATUS, isNonEmpty: true }, FUNCTION],
    help: "The expected HTTP status codes.",
  },
  expectedBody: { kind: "either", shapes: [LINE, FUNCTION], help: "RED unless the body contains this text." },
  expectedJson: {
    kind: "map",
    values: {
      kind: "either",
      shapes: [{ kind: "text", pattern: /^/u, expected: "a string" }, { kind: "number" }, FLAG, choice(null)],
    },
    help: 'RED unless the body is JSON with these values at these paths, such as "db.replicas.0.state".',
  },
  report: { ...choice("svc-status", "health+json"), help: "The response is another service's report." },
  upstream: { ...LINE, help: "With report: the other service's name in the fleet." },
  redirect: choice("manual", "follow"),
  ...LATENCY,
  maxBodyBytes: AMOUNT,
  fetch: FUNCTION,
};

const DNS_OPTIONS: Options<DnsOptions> = {
  recordType: choice("A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT"),
  servers: LINES,
  expected: LINES,
  ...LATENCY,
};

const TLS_OPTIONS: Options<TlsCertificateOptions> = {
  port: PORT,
  warnDays: AMOUNT,
  minDays: AMOUNT,
  servername: LINE,
  ca: {
    kind: "text",
    pattern: /-----BEGIN CERTIFICATE-----/u,
    expected: "certificates in PEM",
    help: "Certificates, in PEM, to trust.",
  },
};

const DISK_OPTIONS: Options<DiskOptions> = {
  warnUsedRatio: RATIO,
  maxUsedRatio: RATIO,
  warnFreeBytes: AMOUNT,
  minFreeBytes: AMOUNT,
  warnUsedInodeRatio: RATIO,
  maxUsedInodeRatio: RATIO,
};

const MEMORY_OPTIONS: Options<MemoryOptions> = {
  warnUsedRatio: RATIO,
  maxUsedRatio: RATIO,
  warnHeapRatio: RATIO,
  maxHeapRatio: RATIO,
};

const EVENT_LOOP_OPTIONS: Options<Omit<EventLoopOptions, "clock">> = {
  windowMs: { ...PERIOD_MS, min: 100 },
  percentile: { kind: "number", min: 1, max: 100 },
  warnDelayMs: AMOUNT,
  maxDelayMs: AMOUNT,
  warnUtilisation: RATIO,
  maxUtilisation: RATIO,
};

const CLOCK_OPTIONS: Options<Omit<ClockOptions, "clock">> = {
  warnDriftMs: AMOUNT,
  maxDriftMs: AMOUNT,
  windowMs: { ...PERIOD_MS, min: 1_000 },
};

const FILE_AGE_OPTIONS: Options<FileAgeOptions & { maxAgeMs: number }> = {
  maxAgeMs: { ...AMOUNT, min: 1, required: true, help: "RED at this age and above." },
  warnAgeMs: { ...AMOUNT, help: "YELLOW at this age and above." },
  minBytes: { ...AMOUNT, help: "RED if the file is smaller." },
};

/** All checks that a configuration can name. */
export const CHECK_TYPES: Readonly<Record<CheckName, CheckType>> = {
  clock: {
    title: "Clock",
    options: CLOCK_OPTIONS,
    defaults: { critical: false },
    load: async () => {
      const { clock } = await import("../../checks/clock.ts");
      return (_target, options) => clock(options);
    },
  },
  disk: {
    title: "Disk",
    target: { ...LINE, help: "A path on the file system." },
    options: DISK_OPTIONS,
    defaults: {},
    load: async () => (await import("../../checks/disk.ts")).disk,
  },
  dns: {
    title: "DNS",
    target: { ...HOST, help: "The name to resolve." },
    options: DNS_OPTIONS,
    defaults: {},
    load: async () => (await import("../../checks/dns.ts")).dns,
  },
  eventLoop: {
    title: "EventLoop",
    options: EVENT_LOOP_OPTIONS,
    defaults: { critical: false },
    load: async () => {
      const { eventLoop } = await import("../../checks/event-loop.ts");
      return (_target, options) => eventLoop(options);
    },
  },
  fileAge: {
    title: "File",
    target: { ...LINE, help: "The path of the file." },
    options: FILE_AGE_OPTIONS,
    defaults: {},
    load: async () => {
      const { fileAge } = await import("../../checks/file-age.ts");
      return (path, { maxAgeMs, ...options }: FileAgeOptions & { maxAgeMs: number }) =>
        fileAge(path, maxAgeMs, options);
    },
  },
  http: {
    title: "HTTP",
    target: {
      kind: "text",
      pattern: /^[Hh][Tt][Tt][Pp][Ss]?:\/\//u,
      expected: "a URL with http:// or https://",
      isSecret: true,
    },
    shorten: (url) => `${new URL(url).host}${new URL(url).pathname.replace(/\/$/, "")}`,
    options: HTTP_OPTIONS,
    defaults: {},
    load: async () => {
      const { http } = await import("../../checks/http.ts");
      return (url, { headers, ...options }: HttpOptions, env) =>
        http(url, { ...options, ...(headers !== undefined && { headers: fillHeaders(headers, env) }) });
    },
  },
  memory: {
    title: "Memory",
    options: MEMORY_OPTIONS,
    defaults: {},
    load: async () => {
      const { memory } = await import("../../checks/memory.ts");
      return (_target, options) => memory(options);
    },
  },
  tcp: {
    title: "TCP",
    target: HOST_AND_PORT,
    options: LATENCY,
    defaults: {},
    load: async () => {
      const { tcp } = await import("../../checks/tcp.ts");
      return (target, options) => {
        const colon = target.lastIndexOf(":");
        const host = target.slice(0, colon).replace(/^\[|\]$/g, "");
        return tcp(host, Number(target.slice(colon + 1)), options);
      };
    },
  },
  tlsCertificate: {
    title: "Certificate",
    target: { ...HOST, help: "A host. Set options.port if its port is not 443." },
    options: TLS_OPTIONS,
    defaults: { intervalMs: 3_600_000 },
    load: async () => (await import("../../checks/tls-certificate.ts")).tlsCertificate,
  },
};

/** The checks that use a client. Their modules have the same names. */
const CLIENT_CHECKS: readonly string[] = [
  "grpc",
  "memcached",
  "mqtt",
  "mysql",
  "nats",
  "pool",
  "postgres",
  "rabbitmq",
  "redis",
  "smtp",
  "sqlite",
];

/** Why a configuration cannot name these checks, and what to do. */
export const CLIENT_CHECK_REFUSALS: Readonly<Record<string, string>> = Object.fromEntries(
  CLIENT_CHECKS.map((name) => [
    name,
    `${name} needs a client: write the configuration as a module (.mjs), import ${name} from svc-status/checks/${name}, and use { name, handler: ${name}(client) }`,
  ]),
);

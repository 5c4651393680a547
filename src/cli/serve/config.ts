import type { StatusHandler } from "../../core/handler.ts";
import {
  type HandlerOptions,
  MAX_INTERVAL_MS,
  MAX_RESULTS_IN_ROW,
  SCOPES,
} from "../../core/handler-options.ts";
import { expectHandler } from "../../core/registration.ts";
import type { DrainOptions } from "../../drain/options.ts";
import type {
  HealthProbePaths,
  ProbeStatusOptions,
  ServiceStatusOptions,
  SvcStatusOptions,
} from "../../http/options.ts";
import type { ServiceDescription } from "../../http/page/page-model.ts";
import {
  type CodeShape,
  FUNCTION,
  type ObjectShape,
  type Shape,
  type TextShape,
  type VariantShape,
} from "../../options/shape.ts";
import { MAX_TIMER_MS } from "../../util/clock.ts";
import { CHECK_TYPES, type CheckName, CLIENT_CHECK_REFUSALS } from "./check-types.ts";
import type { FromEnvironment } from "./environment.ts";
import { choice, DELAY_MS, FLAG, FROM_ENVIRONMENT, LINE } from "./shapes.ts";

/** A check of the catalog. */
export interface NamedCheck extends HandlerOptions {
  readonly check: CheckName;
  readonly name?: string;
  readonly target?: string;
  readonly options?: object;
}

/** A handler from a module. */
export interface OwnCheck extends HandlerOptions {
  readonly name: string;
  readonly handler: StatusHandler;
}

export type CheckConfig = NamedCheck | OwnCheck;

type ProbeConfig = Omit<ProbeStatusOptions, "control"> & {
  readonly control?: Exclude<ProbeStatusOptions["control"], object> | { readonly token: FromEnvironment };
};

export type DrainConfig = Omit<DrainOptions, "probe" | "logger" | "clock">;

/** The configuration of `svc-status serve`. Every option is optional. */
export interface ServeConfig extends Pick<ServiceStatusOptions, "healthProbes" | "service"> {
  /** For editors. */
  readonly $schema?: string;
  readonly port?: number;
  readonly host?: string;
  readonly socket?: string;
  readonly checks?: readonly CheckConfig[];
  readonly svcStatus?: false | Omit<SvcStatusOptions, "registry">;
  readonly probeStatus?: false | ProbeConfig;
  readonly drain?: DrainConfig;
}

/** Every key of an object has a shape. A missing one does not compile. */
type Properties<Of> = Readonly<Record<keyof Of, Shape>>;

const IN_A_ROW: Shape = { kind: "number", min: 1, max: MAX_RESULTS_IN_ROW, integer: true };

const HTTP_URL: TextShape = {
  kind: "text",
  pattern: "^https?://\\S+$",
  expected: "an http or https URL",
};

const HANDLER_OPTIONS: Properties<HandlerOptions> = {
  critical: { ...FLAG, help: "false: its RED counts as YELLOW in the overall state." },
  scope: {
    ...choice(...SCOPES),
    help: 'Only "local" ones take part in liveness. Default: what fits the check.',
  },
  timeoutMs: { kind: "number", min: 1, max: MAX_TIMER_MS, help: "RED when it takes longer. Default: 5000." },
  maxAgeMs: DELAY_MS,
  intervalMs: {
    kind: "number",
    min: 1,
    max: MAX_INTERVAL_MS,
    help: "How often it is asked. Default: 10000, for certificates 3600000.",
  },
  slowAfterMs: { ...DELAY_MS, help: "YELLOW when it takes longer." },
  failAfter: { ...IN_A_ROW, help: "So many worse results in a row until the state gets worse. Default: 1." },
  recoverAfter: { ...IN_A_ROW, help: "So many better results in a row until it gets better. Default: 1." },
  failForMs: { ...DELAY_MS, help: "Minimum time of worse results before the state gets worse. Default: 0." },
  recoverForMs: { ...DELAY_MS, help: "Minimum time of better results before it gets better. Default: 0." },
  dependsOn: { kind: "list", items: LINE, help: "Names of checks whose RED explains this one's." },
  runbook: { ...HTTP_URL, help: "What to do if the check is not OK." },
  description: { ...LINE, help: "What the check is about, in a sentence." },
  tags: { kind: "list", items: LINE, help: "Words for tools that select checks." },
  upstream: { ...LINE, help: "The service that it checks, by its name in the fleet." },
};

const HANDLER: CodeShape = {
  kind: "code",
  expected: "a function, or an object with a status() method",
  isRight(value) {
    try {
      expectHandler(value);
      return true;
    } catch {
      return false;
    }
  },
};

const CHECK: VariantShape = {
  kind: "variant",
  tag: "check",
  variants: Object.fromEntries(
    Object.entries(CHECK_TYPES).map(([name, { target, options, requiredOptions }]): [string, ObjectShape] => [
      name,
      {
        kind: "object",
        properties: {
          check: choice(name),
          name: { ...LINE, help: "Left out: made from the check and its target." },
          ...(target !== undefined && { target }),
          options: {
            kind: "object",
            properties: options,
            ...(requiredOptions !== undefined && { required: requiredOptions }),
          },
          ...HANDLER_OPTIONS,
        },
        required: [
          "check",
          ...(target === undefined ? [] : ["target"]),
          ...(requiredOptions === undefined ? [] : ["options"]),
        ],
      },
    ]),
  ),
  refusals: CLIENT_CHECK_REFUSALS,
  untagged: {
    key: "handler",
    shape: {
      kind: "object",
      properties: { name: LINE, handler: HANDLER, ...HANDLER_OPTIONS },
      required: ["name", "handler"],
    },
  },
};

const PATH: TextShape = {
  kind: "text",
  pattern: "^/(?!/)[^?#%\\s]*[^/?#%\\s]$",
  expected: 'a path such as "/svc_status", without query and final slash',
};

/** Not 204, 205 and 304: their responses have no body. */
const ANSWER_STATUS: Shape = { kind: "number", min: 200, max: 599, integer: true };

const SVC_STATUS: Properties<Exclude<ServeConfig["svcStatus"], false | undefined>> = {
  path: PATH,
  details: {
    kind: "either",
    shapes: [choice("always", "never"), FUNCTION],
    help: '"never": nothing but names and states leaves the process.',
  },
  authorize: FUNCTION,
  httpStatus: {
    kind: "object",
    properties: { OK: ANSWER_STATUS, YELLOW: ANSWER_STATUS, RED: ANSWER_STATUS },
    help: "The status code of csv and JSON for each overall state.",
  },
  controls: { ...FLAG, help: "true: the status page can decommission, for those whom control lets." },
  csv: { kind: "object", properties: { detail: FLAG } },
  prometheus: {
    kind: "object",
    properties: {
      repeatMetadata: FLAG,
      extended: FLAG,
      metrics: {
        kind: "code",
        expected: "an object with metrics()",
        isRight: (value) =>
          typeof (value as { metrics?: unknown } | null | undefined)?.metrics === "function",
      },
    },
  },
};

const SERVICE: Properties<ServiceDescription> = {
  name: LINE,
  version: LINE,
  instance: { kind: "text", pattern: "^[!-~]{1,200}$", expected: "1 to 200 visible ASCII characters" },
  runbook: HTTP_URL,
  links: {
    kind: "list",
    items: { kind: "object", properties: { title: LINE, url: LINE }, required: ["title", "url"] },
  },
};

const PROBE_STATUS: Properties<ProbeConfig> = {
  path: PATH,
  control: {
    kind: "either",
    shapes: [
      { ...choice("loopback", "open", "off"), isSecret: true },
      {
        kind: "object",
        properties: {
          token: FROM_ENVIRONMENT,
        },
        required: ["token"],
        expected: '{ "token": { "env": "NAME" } }',
      },
      FUNCTION,
    ],
    help: "Who may decommission and commission with a POST.",
    isSecret: true,
  },
  requireHealthy: { ...FLAG, help: "true: also 503 while a critical check is RED." },
  decommissionedStatus: choice(503, 404),
};

const HEALTH_PROBES: Properties<HealthProbePaths> = { live: PATH, ready: PATH, startup: PATH };

const HOOKS: Shape = {
  kind: "code",
  expected: "an array of functions",
  isRight: (value) => Array.isArray(value) && value.length > 0 && value.every(FUNCTION.isRight),
};

const CONSUMERS: Shape = { kind: "code", expected: "an array of consumers", isRight: Array.isArray };

const DRAIN: Properties<DrainConfig> = {
  redsSeen: { kind: "number", min: 1, max: 1_000, integer: true },
  quietMs: DELAY_MS,
  floorMs: DELAY_MS,
  capMs: DELAY_MS,
  fallbackMs: DELAY_MS,
  fixedMs: DELAY_MS,
  closeTimeoutMs: DELAY_MS,
  onLeave: HOOKS,
  onClose: HOOKS,
  consumers: CONSUMERS,
  hooksTimeoutMs: DELAY_MS,
  deadlineMs: DELAY_MS,
  balancerIdleMs: DELAY_MS,
  proberId: FUNCTION,
};

function orOff(properties: Readonly<Record<string, Shape>>, help: string): Shape {
  return { kind: "either", shapes: [choice(false), { kind: "object", properties }], help };
}

const PROPERTIES: Properties<ServeConfig> = {
  $schema: { kind: "text", pattern: "", expected: "a string" },
  port: { kind: "number", min: 0, max: 65_535, integer: true, help: "Default: 8080. 0: a free one." },
  host: { ...LINE, help: "Default: 127.0.0.1, this machine alone." },
  socket: { ...LINE, help: "The path of a Unix socket to listen on, in place of a port." },
  checks: { kind: "list", items: CHECK, help: "What is asked. Left out: this machine." },
  service: { kind: "object", properties: SERVICE, help: "What the status page calls the service." },
  svcStatus: orOff(SVC_STATUS, "How the report is served. false: not at all."),
  probeStatus: orOff(PROBE_STATUS, "How the probe is served. false: not at all."),
  healthProbes: {
    kind: "either",
    shapes: [FLAG, { kind: "object", properties: HEALTH_PROBES }],
    help: "Kubernetes' /livez, /readyz and /startupz, or other paths.",
  },
  drain: {
    kind: "object",
    properties: DRAIN,
    help: "How it leaves the load balancer when it is told to end.",
  },
};

/** The complete configuration. */
export const SERVE_CONFIG: ObjectShape = { kind: "object", properties: PROPERTIES };

/** The default checks. */
export const MACHINE_CHECKS: readonly CheckConfig[] = [
  { check: "eventLoop" },
  { check: "memory" },
  { check: "disk", target: "/" },
];

import type { StatusHandler } from "../../core/handler.ts";
import { HANDLER_OPTIONS, type HandlerOptions } from "../../core/handler-options.ts";
import { HANDLER } from "../../core/registration.ts";
import { DRAIN_OPTIONS, type DrainOptions, HOOKS } from "../../drain/options.ts";
import { HEALTH_PROBES_OPTIONS } from "../../http/health-probe-options.ts";
import {
  or,
  PROBE_STATUS_OPTIONS,
  type ProbeStatusOptions,
  type ServiceStatusOptions,
  SVC_STATUS_OPTIONS,
  type SvcStatusOptions,
} from "../../http/options.ts";
import { LINKS, SERVICE } from "../../http/service-description.ts";
import { choice, FLAG, FUNCTION, LINE, LISTEN_PORT } from "../../options/rules.ts";
import type { EitherShape, ObjectShape, Shape, Shapes } from "../../options/shape.ts";
import { variant } from "../../options/variant.ts";
import { CHECK_TYPES, type CheckName, CLIENT_CHECK_REFUSALS } from "./check-types.ts";
import type { FromEnvironment } from "./environment.ts";
import { FROM_ENVIRONMENT } from "./shapes.ts";

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

/** For editors, in one sentence each. */
type Help<Of> = Readonly<Partial<Record<keyof Of, string>>>;

function withHelp<Of>(shapes: Readonly<Record<keyof Of & string, Shape>>, help: Help<Of>): Shapes {
  const entries = Object.entries(shapes) as [keyof Of & string, Shape][];
  return Object.fromEntries(
    entries.map(([key, shape]) => [key, { ...shape, ...(help[key] !== undefined && { help: help[key] }) }]),
  );
}

const HANDLER_PROPERTIES = withHelp<HandlerOptions>(HANDLER_OPTIONS, {
  critical: "false: its RED counts as YELLOW in the overall state.",
  scope: 'Only "local" ones take part in liveness. Default: what fits the check.',
  timeoutMs: `RED when it takes longer. Default: ${HANDLER_OPTIONS.timeoutMs.default}.`,
  intervalMs: "Interval between runs. Default: 10000, for certificates 3600000.",
  slowAfterMs: "YELLOW if it takes longer.",
  failAfter: "Number of worse results in a row until the state gets worse. Default: 1.",
  recoverAfter: "Number of better results in a row until it gets better. Default: 1.",
  failForMs: "Minimum time of worse results before the state gets worse. Default: 0.",
  recoverForMs: "Minimum time of better results before it gets better. Default: 0.",
  dependsOn: "Names of checks whose RED explains this one's.",
  runbook: "What to do if the check is not OK.",
  description: "What the check is about, in a sentence.",
  tags: "Words for tools that select checks.",
  upstream: "The service that it checks, by its name in the fleet.",
});

const CHECK: EitherShape = variant({
  tag: "check",
  variants: Object.fromEntries(
    Object.entries(CHECK_TYPES).map(([name, { target, options }]): [string, ObjectShape] => [
      name,
      {
        kind: "object",
        properties: {
          check: { ...choice(name), required: true },
          name: { ...LINE, help: "Default: from the check and its target." },
          ...(target !== undefined && { target: { ...target, required: true } }),
          options: {
            kind: "object",
            properties: options,
            ...(Object.values(options).some(({ required }) => required) && { required: true }),
          },
          ...HANDLER_PROPERTIES,
        },
      },
    ]),
  ),
  refusals: CLIENT_CHECK_REFUSALS,
  untagged: {
    key: "handler",
    shape: {
      kind: "object",
      properties: {
        name: { ...LINE, required: true },
        handler: { ...HANDLER, required: true },
        ...HANDLER_PROPERTIES,
      },
    },
  },
});

const { registry: _registry, ...SVC_STATUS } = SVC_STATUS_OPTIONS;

const PROBE_STATUS: Readonly<Record<keyof ProbeConfig, Shape>> = {
  ...PROBE_STATUS_OPTIONS,
  control: {
    kind: "either",
    shapes: [
      { ...choice("loopback", "open", "off"), isSecret: true },
      {
        kind: "object",
        properties: { token: { ...FROM_ENVIRONMENT, required: true } },
        expected: '{ "token": { "env": "NAME" } }',
      },
      FUNCTION,
    ],
    isSecret: true,
  },
};

/** The library checks the URL, which no JSON Schema can do. */
const LINKS_IN_JSON: Shape = {
  ...LINKS,
  items: {
    kind: "object",
    properties: { title: { ...LINE, required: true }, url: { ...LINE, required: true } },
  },
};

const { probe: _probe, logger: _logger, clock: _clock, ...DRAIN } = DRAIN_OPTIONS;

/** An empty list is a mistake: JSON cannot hold any other. */
const GIVEN_HOOKS: Shape = { ...HOOKS, isNonEmpty: true };

const PROPERTIES: Readonly<Record<keyof ServeConfig, Shape>> = {
  $schema: { kind: "text", pattern: /^/u, expected: "a string" },
  port: { ...LISTEN_PORT, help: "Default: 8080. 0: a free one." },
  host: { ...LINE, help: "Default: 127.0.0.1, this machine alone." },
  socket: { ...LINE, help: "The path of a Unix socket to listen on, instead of a port." },
  checks: { kind: "list", items: CHECK, help: "The checks. Default: this machine." },
  service: {
    kind: "object",
    properties: { ...SERVICE, links: LINKS_IN_JSON },
    help: "Name, version and links on the status page.",
  },
  svcStatus: {
    ...or(
      choice(false),
      withHelp<typeof SVC_STATUS>(SVC_STATUS, {
        details: '"never": only names and states are sent.',
        httpStatus: "The status code of csv and JSON for each overall state.",
        controls: "true: the status page can decommission, if control allows it.",
      }),
    ),
    help: "How the report is served. false: not at all.",
  },
  probeStatus: {
    ...or(
      choice(false),
      withHelp<ProbeConfig>(PROBE_STATUS, {
        control: "Who may decommission and commission with a POST.",
        requireHealthy:
          "Also 503 while a critical check is RED, as far as shared lets it count. true: at once.",
      }),
    ),
    help: "How the probe is served. false: not at all.",
  },
  healthProbes: {
    ...or(FLAG, HEALTH_PROBES_OPTIONS),
    help: "Kubernetes' /livez, /readyz and /startupz, or other paths, formats and rules.",
  },
  drain: {
    kind: "object",
    properties: { ...DRAIN, onLeave: GIVEN_HOOKS, onClose: GIVEN_HOOKS },
    help: "How it leaves the load balancer on SIGTERM.",
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

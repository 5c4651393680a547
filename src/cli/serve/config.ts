import type { StatusHandler } from "../../core/handler.ts";
import type { HandlerOptions } from "../../core/handler-options.ts";
import { CONSUMERS } from "../../drain/consumers/options.ts";
import { DRAIN_OPTIONS, type DrainOptions, HOOKS } from "../../drain/options.ts";
import { HEALTH_PROBES_OPTIONS } from "../../http/health-probe-options.ts";
import {
  or,
  PRESET,
  PROBE_STATUS_OPTIONS,
  type ProbeStatusOptions,
  type ServiceStatusOptions,
  SVC_STATUS_OPTIONS,
  type SvcStatusOptions,
} from "../../http/options.ts";
import { LINKS, SERVICE } from "../../http/service-description.ts";
import { choice, FLAG, FUNCTION, LINE, LISTEN_PORT } from "../../options/rules.ts";
import type { ObjectShape, Shape } from "../../options/shape.ts";
import { CHECK } from "./check-shape.ts";
import type { FromEnvironment } from "./environment.ts";
import { type Help, withHelp } from "./help.ts";
import { FROM_ENVIRONMENT } from "./shapes.ts";

/** A check of the catalog. */
export interface NamedCheck extends HandlerOptions {
  /** The name of the function: `disk`. */
  readonly check: string;
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
export interface ServeConfig extends Pick<ServiceStatusOptions, "healthProbes" | "preset" | "service"> {
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

/** The library validates the URL, which a JSON Schema cannot do. */
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
const GIVEN_CONSUMERS: Shape = { ...CONSUMERS, isNonEmpty: true };

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
      withHelp(SVC_STATUS, {
        details: '"never": only names and states are sent.',
        httpStatus: "The status code of csv and JSON for each overall state.",
        controls: "true: the status page can decommission, if control allows it.",
      } satisfies Help<SvcStatusOptions>),
    ),
    help: "How the report is served. false: not at all.",
  },
  probeStatus: {
    ...or(
      choice(false),
      withHelp(PROBE_STATUS, {
        control: "The clients that may decommission and commission with a POST.",
        requireHealthy:
          "Also 503 while a critical check is RED, as far as shared lets it count. true: at once.",
      } satisfies Help<ProbeConfig>),
    ),
    help: "How the probe is served. false: not at all.",
  },
  preset: { ...PRESET, help: "kubernetes: health probes, extended metrics, JSON by default." },
  healthProbes: {
    ...or(FLAG, HEALTH_PROBES_OPTIONS),
    help: "Kubernetes' /livez, /readyz and /startupz, or other paths, formats and rules.",
  },
  drain: {
    kind: "object",
    properties: { ...DRAIN, onLeave: GIVEN_HOOKS, onClose: GIVEN_HOOKS, consumers: GIVEN_CONSUMERS },
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

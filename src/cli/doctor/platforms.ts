import type { Preset } from "../../drain/presets.ts";
import type { AmountName, Declared, Platform } from "./fields.ts";
import type { Numbers } from "./numbers.ts";
import { renderAlb } from "./settings/alb.ts";
import { renderDocker } from "./settings/docker.ts";
import { renderHaproxy } from "./settings/haproxy.ts";
import { renderKubernetes } from "./settings/kubernetes.ts";
import { renderNginx } from "./settings/nginx.ts";

export type { Platform } from "./fields.ts";

/** The values that a platform accepts. */
export interface Limits {
  /** The component that rejects other values. */
  readonly by: string;
  readonly ranges: Readonly<Partial<Record<AmountName, Range>>>;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface PlatformFacts {
  readonly title: string;
  /** The defaults of the platform. */
  readonly toDefaults: (declared: Declared) => Declared;
  /** Good values if none are declared. */
  readonly wanted: { readonly probeIntervalMs: number; readonly fall: number; readonly rise: number };
  /**
   * How many times one of its probes runs the handlers, regardless of `requireHealthy`. `svc-status show`,
   * which Docker runs, sends a second request if a handler is RED.
   */
  readonly handlerRounds: 0 | 1 | 2;
  /** Whether it uses the probe to decide where to send requests. */
  readonly balancesByProbe: boolean;
  /** Whether the drain waits until the service has refused the platform's probes. */
  readonly isDrainProber: boolean;
  /** The preset of the drain for it. */
  readonly preset?: Preset;
  /** Whether it sends the probe at all. */
  readonly sendsProbe: boolean;
  /**
   * The number that must be longer than the other: HAProxy gives a probe no more time than the interval
   * unless the timeout is longer; AWS rejects an interval that is not longer than the timeout.
   */
  readonly longer?: "probeTimeoutMs" | "probeIntervalMs";
  /** Whether it ends a request that sends nothing for `balancerIdleMs`. */
  readonly cutsIdleRequests?: true;
  /** Whether it sends requests to all instances if none is healthy. */
  readonly failsOpen?: true;
  /** Whether it counts in whole seconds. */
  readonly countsInSeconds: boolean;
  readonly limits?: Limits;
  readonly render: (numbers: Numbers) => string;
}

// Sources of the defaults: Kubernetes, "Probe v1 core" and "PodSpec"; HAProxy 2.6, configuration manual, 5.2
// (inter, fall, rise); nginx, ngx_http_upstream_module (keepalive_timeout); AWS, "Health checks for
// Application Load Balancer target groups" and "Connection idle timeout"; Docker, Dockerfile reference
// (HEALTHCHECK) and "docker stop".
export const PLATFORMS: Readonly<Record<Platform, PlatformFacts>> = {
  kubernetes: {
    title: "Kubernetes",
    toDefaults: () => ({ probeIntervalMs: 10_000, probeTimeoutMs: 1_000, fall: 3, rise: 1, graceMs: 30_000 }),
    wanted: { probeIntervalMs: 2_000, fall: 3, rise: 1 },
    handlerRounds: 1,
    balancesByProbe: false, // a terminating Pod gets no new requests, regardless of its probes
    isDrainProber: false, // the drain does not wait for a kubelet
    preset: "kubernetes",
    sendsProbe: true,
    countsInSeconds: true,
    render: renderKubernetes,
  },
  haproxy: {
    title: "HAProxy",
    // Without "timeout check", inter is also the timeout of a check.
    toDefaults: ({ probeIntervalMs = 2_000 }) => ({
      probeIntervalMs,
      probeTimeoutMs: probeIntervalMs,
      fall: 3,
      rise: 2,
    }),
    wanted: { probeIntervalMs: 500, fall: 3, rise: 2 },
    handlerRounds: 0,
    balancesByProbe: true,
    isDrainProber: true,
    sendsProbe: true,
    longer: "probeTimeoutMs",
    countsInSeconds: false,
    render: renderHaproxy,
  },
  nginx: {
    title: "nginx",
    toDefaults: () => ({ balancerIdleMs: 60_000 }),
    wanted: { probeIntervalMs: 2_000, fall: 3, rise: 1 },
    handlerRounds: 0,
    balancesByProbe: false,
    isDrainProber: false,
    sendsProbe: false,
    countsInSeconds: false,
    render: renderNginx,
  },
  alb: {
    title: "AWS ALB",
    toDefaults: () => ({
      probeIntervalMs: 30_000,
      probeTimeoutMs: 5_000,
      fall: 2,
      rise: 5,
      balancerIdleMs: 60_000,
    }),
    wanted: { probeIntervalMs: 5_000, fall: 2, rise: 2 },
    handlerRounds: 0,
    balancesByProbe: true,
    isDrainProber: true,
    sendsProbe: true,
    longer: "probeIntervalMs",
    cutsIdleRequests: true,
    failsOpen: true,
    countsInSeconds: true,
    limits: {
      by: "AWS",
      ranges: {
        probeIntervalMs: { min: 5_000, max: 300_000 },
        probeTimeoutMs: { min: 2_000, max: 120_000 },
        balancerIdleMs: { min: 1_000, max: 4_000_000 },
        fall: { min: 2, max: 10 },
        rise: { min: 2, max: 10 },
      },
    },
    render: renderAlb,
  },
  docker: {
    title: "Docker",
    toDefaults: () => ({
      probeIntervalMs: 30_000,
      probeTimeoutMs: 30_000,
      fall: 3,
      rise: 1,
      graceMs: 10_000,
    }),
    wanted: { probeIntervalMs: 10_000, fall: 3, rise: 1 },
    handlerRounds: 2,
    balancesByProbe: false,
    isDrainProber: false,
    preset: "docker",
    sendsProbe: true,
    countsInSeconds: false,
    render: renderDocker,
  },
};

/** If the platform is unknown: a balancer that uses the probe, and has no limits. */
export const ANY_PLATFORM: Omit<PlatformFacts, "title" | "render"> = {
  toDefaults: () => ({}),
  wanted: { probeIntervalMs: 2_000, fall: 3, rise: 2 },
  handlerRounds: 0,
  balancesByProbe: true,
  isDrainProber: true,
  sendsProbe: true,
  countsInSeconds: false,
};

import type { Declared, Numbers } from "./numbers.ts";
import { renderAlb } from "./settings/alb.ts";
import { renderDocker } from "./settings/docker.ts";
import { renderHaproxy } from "./settings/haproxy.ts";
import { renderKubernetes } from "./settings/kubernetes.ts";
import { renderNginx } from "./settings/nginx.ts";

/** The platforms that balance or run a service. */
export type Platform = "kubernetes" | "haproxy" | "nginx" | "alb" | "docker";

export interface PlatformFacts {
  readonly title: string;
  /** The defaults of the platform. */
  readonly toDefaults: (declared: Declared) => Declared;
  /** Good values if none are declared. */
  readonly wanted: { readonly probeIntervalMs: number; readonly fall: number; readonly rise: number };
  /**
   * How many times one of its probes makes the handlers run, whatever `requireHealthy` is. `svc-status show`,
   * which Docker runs, sends a second request if a handler is RED.
   */
  readonly handlerRounds: 0 | 1 | 2;
  /** Whether it uses the probe to decide where to send requests. */
  readonly balancesByProbe: boolean;
  /** Whether the drain waits until it has refused the platform's probes. */
  readonly isDrainProber: boolean;
  /** Whether it counts in whole seconds. */
  readonly countsInSeconds: boolean;
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
    balancesByProbe: false, // a terminating Pod gets no new requests, whatever its probes answer
    isDrainProber: false, // the drain does not wait for a kubelet
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
    countsInSeconds: true,
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
    countsInSeconds: false,
    render: renderDocker,
  },
};

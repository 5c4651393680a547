import { describe, expect, test } from "vitest";
import { DOCTOR } from "../../../src/cli/doctor/definition.ts";
import { diagnose } from "../../../src/cli/doctor/diagnose.ts";
import type { Declared } from "../../../src/cli/doctor/numbers.ts";
import type { Platform } from "../../../src/cli/doctor/platforms.ts";
import { PRESETS } from "../../../src/drain/presets.ts";

/** The findings as one line each; of the texts, what stands before the explanation. */
function tell(declared: Declared, platform?: Platform): string[] {
  return diagnose(declared, platform).map(({ severity, text }) => `${severity}: ${text.split(": ")[0]}`);
}

test("the command line has all presets", () => {
  expect(DOCTOR.options.preset.choices).toEqual(Object.keys(PRESETS));
});

describe("what cannot work", () => {
  test.each<[string, Declared, Platform | undefined, string]>([
    [
      "a probe that gives up before the handlers",
      { requireHealthy: true, probeTimeoutMs: 1_000, instances: 1 },
      undefined,
      "error: probeTimeoutMs 1s ≤ handlerTimeoutMs 5s (the default of svc-status)",
    ],
    [
      "a health check of Docker that gives up before the second time that the handlers are asked",
      { probeTimeoutMs: 10_000, graceMs: 40_000 },
      "docker",
      "error: probeTimeoutMs 10s ≤ 2 × handlerTimeoutMs 5s (the default of svc-status)",
    ],
    [
      "a balancer that is refused too rarely before the longest wait is over",
      { probeIntervalMs: 10_000, fall: 2 },
      undefined,
      "error: redsSeen 3 (the default of svc-status) × probeIntervalMs 10s + 1s of quiet = 31s > capMs 18s (the default of svc-status)",
    ],
    [
      "the same by the balancer's own threshold",
      { probeIntervalMs: 4_000, fall: 5, redsSeen: 5 },
      "haproxy",
      "error: redsSeen 5 × probeIntervalMs 4s + 1s of quiet = 21s > capMs 18s (the default of svc-status)",
    ],
    [
      "a deadline that ends the wait before that",
      { probeIntervalMs: 2_000, fall: 3, deadlineMs: 8_000, longestRequestMs: 0 },
      undefined,
      "error: redsSeen 3 (the default of svc-status) × probeIntervalMs 2s + 1s of quiet = 7s > capMs 5s (the default of svc-status)",
    ],
    [
      "the same where the longest wait is set",
      { probeIntervalMs: 2_000, fall: 3, capMs: 20_000, deadlineMs: 8_000, longestRequestMs: 0 },
      undefined,
      "error: redsSeen 3 (the default of svc-status) × probeIntervalMs 2s + 1s of quiet = 7s > 5333ms, which is what deadlineMs 8s leaves for the wait after the time for closing and onClose",
    ],
    [
      "a grace period that is over before the balancer has left",
      { graceMs: 9_000, probeIntervalMs: 3_000, fall: 3 },
      undefined,
      "error: graceMs 9s < deadlineMs 28s (the default of svc-status) + 2s = 30s",
    ],
    [
      "the same because of a long request",
      { graceMs: 10_000, longestRequestMs: 10_000 },
      undefined,
      "error: graceMs 10s < deadlineMs 28s (the default of svc-status) + 2s = 30s",
    ],
    [
      "a hook that takes the whole grace period",
      { graceMs: 30_000, preStopMs: 30_000, deadlineMs: 0 },
      undefined,
      "error: preStopMs 30s ≥ graceMs 30s",
    ],
    [
      "requests that take longer than they are given",
      { longestRequestMs: 15_000, closeTimeoutMs: 10_000 },
      undefined,
      "error: longestRequestMs 15s > closeTimeoutMs 10s",
    ],
    [
      "connections that the service closes before the balancer does",
      { balancerIdleMs: 60_000 },
      undefined,
      "error: keepAliveTimeoutMs 5s (the default of Node.js) ≤ balancerIdleMs 1m",
    ],
    [
      "the same to the millisecond",
      { balancerIdleMs: 5_000 },
      undefined,
      "error: keepAliveTimeoutMs 5s (the default of Node.js) ≤ balancerIdleMs 5s",
    ],
    [
      "liveness that looks at what is shared",
      { livenessLooksAt: "shared" },
      undefined,
      "error: livenessLooksAt shared",
    ],
    [
      "liveness that looks at the probe",
      { livenessLooksAt: "probe" },
      undefined,
      "error: livenessLooksAt probe",
    ],
    [
      "requests that are longer than AWS ALB is patient",
      {
        keepAliveTimeoutMs: 65_000,
        probeIntervalMs: 6_000,
        longestRequestMs: 60_000,
        closeTimeoutMs: 60_000,
        deadlineMs: 400_000,
      },
      "alb",
      "error: longestRequestMs 1m ≥ balancerIdleMs 1m (the default of AWS ALB)",
    ],
    [
      "a hook that leaves nothing of the preset",
      { preset: "docker", preStopMs: 12_000, graceMs: 45_000 },
      undefined,
      "error: preStopMs 12s leaves nothing of preset docker",
    ],
    [
      "what AWS refuses",
      {
        keepAliveTimeoutMs: 65_000,
        probeIntervalMs: 4_000,
        probeTimeoutMs: 1_000,
        fall: 1,
        rise: 11,
        redsSeen: 1,
      },
      "alb",
      "error: AWS rejects these",
    ],
    [
      "a time-out that AWS wants shorter than the interval",
      { keepAliveTimeoutMs: 65_000, probeIntervalMs: 5_000, redsSeen: 2 },
      "alb",
      "error: AWS rejects these",
    ],
  ])("is found: %s", (_what, declared, platform, told) => {
    const errors = tell(declared, platform).filter((line) => line.startsWith("error"));
    expect(errors).toEqual([told]);
  });

  test("is told with the arithmetic and with what to do", () => {
    const declared = {
      graceMs: 10_000,
      preStopMs: 5_000,
      probeIntervalMs: 2_000,
      fall: 3,
      longestRequestMs: 3_000,
    };
    expect(diagnose(declared)).toEqual([
      {
        severity: "error",
        text:
          "graceMs 10s < preStopMs 5s + deadlineMs 28s (the default of svc-status) + 2s = 35s: each drain is killed " +
          "before it ends, because preStopMs 5s + 7s until the balancer has left + 3s for the longest request = 15s",
        remedy: "set graceMs to 35s",
        set: { graceMs: 35_000 },
      },
    ]);
  });
});

describe("what works until something else happens", () => {
  test.each<[string, Declared, Platform | undefined, string]>([
    [
      "a grace period that is shorter than the deadline",
      { graceMs: 29_000 },
      undefined,
      "warning: graceMs 29s < deadlineMs 28s (the default of svc-status) + 2s = 30s",
    ],
    [
      "docker stop",
      {},
      "docker",
      "warning: graceMs 10s (the default of Docker) < deadlineMs 28s (the default of svc-status) + 2s = 30s",
    ],
    [
      "a drain that believes sooner than the balancer",
      { fall: 4, probeIntervalMs: 500 },
      undefined,
      "warning: redsSeen 3 (the default of svc-status) < fall 4",
    ],
    [
      "a deadline that leaves requests too little after a long wait",
      { longestRequestMs: 8_000 },
      undefined,
      "warning: longestRequestMs 8s > 5333ms, which is what deadlineMs 28s (the default of svc-status) leaves after the maximum wait (capMs 18s (the default of svc-status)) and hooksTimeoutMs 5s (the default of svc-status)",
    ],
    ["a single failure", { fall: 1 }, undefined, "warning: fall 1"],
    [
      "all instances at once",
      { requireHealthy: true, handlerIntervalMs: 1_000 },
      undefined,
      "warning: requireHealthy true",
    ],
    ["one instance", { instances: 1 }, undefined, "warning: instances 1"],
    [
      "nginx, which never asks",
      { fall: 3, keepAliveTimeoutMs: 65_000 },
      "nginx",
      "warning: nginx (open source) never requests the probe",
    ],
    [
      "HAProxy without timeout check",
      { probeIntervalMs: 500 },
      "haproxy",
      "warning: probeTimeoutMs 500ms (the default of HAProxy) ≤ probeIntervalMs 500ms",
    ],
    [
      "parts of a second",
      { probeIntervalMs: 2_500, handlerIntervalMs: 1, graceMs: 32_000 },
      "kubernetes",
      "warning: Kubernetes counts in whole seconds",
    ],
  ])("is found: %s", (_what, declared, platform, told) => {
    expect(tell(declared, platform)).toEqual([told]);
  });
});

describe("what is right", () => {
  test.each<[string, Declared, Platform | undefined]>([
    ["nothing said", {}, undefined],
    ["the grace period of Kubernetes", { graceMs: 30_000 }, undefined],
    ["the defaults of Kubernetes, with handlers in the background", { handlerIntervalMs: 1 }, "kubernetes"],
    [
      "a preStop hook that the preset knows of",
      { preset: "kubernetes", preStopMs: 5_000, handlerIntervalMs: 1 },
      "kubernetes",
    ],
    ["docker stop with the preset", { preset: "docker" }, "docker"],
    ["pm2 with the preset", { preset: "pm2", graceMs: 1_600 }, undefined],
    ["Cloud Run with the preset", { preset: "cloud-run", graceMs: 10_000 }, undefined],
    ["ECS with the preset", { preset: "ecs", graceMs: 30_000 }, undefined],
    ["Heroku with the preset", { preset: "heroku", graceMs: 30_000 }, undefined],
    ["systemd with the preset", { preset: "systemd", graceMs: 90_000 }, undefined],
    ["deploy/haproxy.cfg", { probeIntervalMs: 500, fall: 3, rise: 2, probeTimeoutMs: 2_000 }, "haproxy"],
    [
      "deploy/kubernetes.yaml with handlers in the background",
      { probeIntervalMs: 2_000, graceMs: 32_000, handlerIntervalMs: 10_000 },
      "kubernetes",
    ],
    ["deploy/nginx.conf", { balancerIdleMs: 55_000, keepAliveTimeoutMs: 65_000 }, "nginx"],
    [
      "docs/leaving.md for ALB",
      {
        probeIntervalMs: 5_000,
        probeTimeoutMs: 2_000,
        fall: 2,
        rise: 2,
        redsSeen: 2,
        keepAliveTimeoutMs: 65_000,
      },
      "alb",
    ],
    ["connections that are kept for ever", { keepAliveTimeoutMs: 0, balancerIdleMs: 60_000 }, undefined],
    ["a balancer that keeps none", { balancerIdleMs: 0 }, undefined],
    ["a probe that asks no handler", { probeTimeoutMs: 1 }, undefined],
  ])("has no finding: %s", (_what, declared, platform) => {
    expect(diagnose(declared, platform)).toEqual([]);
  });
});

describe("readiness that depends on what instances share", () => {
  const warnings = (declared: Parameters<typeof diagnose>[0]) =>
    diagnose({ instances: 3, ...declared }).filter(({ severity }) => severity === "warning");

  test("is dangerous if it counts at once, whatever says so", () => {
    expect(warnings({ shared: "count" })).toMatchObject([
      { text: expect.stringMatching(/^shared count: .* removes all 3 at once$/) },
    ]);
    expect(warnings({ requireHealthy: true, handlerIntervalMs: 1_000 })).toMatchObject([
      { text: expect.stringMatching(/^requireHealthy true: /) },
    ]);
    for (const shared of ["hold", "start", "ignore"] as const)
      expect(warnings({ requireHealthy: true, handlerIntervalMs: 1_000, shared })).toEqual([]);
  });

  test("holds nothing if it is over before the next result", () => {
    expect(warnings({ holdMs: 10_000, handlerIntervalMs: 10_000 })).toMatchObject([
      { text: expect.stringMatching(/^holdMs 10s ≤ handlerIntervalMs 10s: /) },
    ]);
    expect(warnings({ holdMs: 10_001, handlerIntervalMs: 10_000 })).toEqual([]);
    expect(warnings({ holdMs: 1, handlerIntervalMs: 10_000, shared: "start" })).toEqual([]);
  });
});

test("AWS ALB sends requests to all instances if none is healthy", () => {
  const declared = { keepAliveTimeoutMs: 65_000, redsSeen: 2, probeIntervalMs: 6_000, requireHealthy: true };
  const texts = diagnose({ ...declared, handlerTimeoutMs: 1_000 }, "alb").map(({ text }) => text);
  expect(texts).toEqual([
    "requireHealthy true: if a shared dependency such as the database fails, all instances become unhealthy at once, and AWS ALB fails open: it sends requests to all of them",
  ]);
  expect(diagnose({ ...declared, requireHealthy: false, instances: 1 }, "alb")[0]?.text).toContain(
    "AWS ALB fails open: it sends requests even while it is decommissioned",
  );
});

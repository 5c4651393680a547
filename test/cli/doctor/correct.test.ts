import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { correct } from "../../../src/cli/doctor/correct.ts";
import { applyChanges, diagnose } from "../../../src/cli/doctor/diagnose.ts";
import type { Declared } from "../../../src/cli/doctor/numbers.ts";
import { PLATFORMS, type Platform } from "../../../src/cli/doctor/platforms.ts";
import { renderService } from "../../../src/cli/doctor/settings/service.ts";
import { parseDuration } from "../../../src/cli/duration.ts";
import { resolveDrainOptions } from "../../../src/drain/options.ts";
import { MAX_TIMER_MS } from "../../../src/util/clock.ts";

const names = Object.keys(PLATFORMS) as Platform[];
const HOUR_MS = 3_600_000;

const delay = fc.oneof(fc.nat(120_000), fc.nat(HOUR_MS), fc.constantFrom(0, 1, 999, 1_000, 5_000, 60_000));
const interval = delay.map((ms) => Math.max(1, ms));
const count = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 1_000 }));

const ARBITRARY_NUMBERS: fc.Arbitrary<Declared> = fc.record(
  {
    handlerTimeoutMs: interval,
    handlerIntervalMs: interval,
    requireHealthy: fc.boolean(),
    probeRunsHandlers: fc.boolean(),
    shared: fc.constantFrom("hold", "start", "count", "ignore"),
    holdMs: delay,
    preset: fc.constantFrom("kubernetes", "docker", "pm2", "heroku"),
    livenessLooksAt: fc.constantFrom("local", "shared", "probe"),
    probeIntervalMs: interval,
    probeTimeoutMs: interval,
    fall: count,
    rise: count,
    startupMs: delay,
    longestRequestMs: delay,
    keepAliveTimeoutMs: delay,
    balancerIdleMs: delay,
    deadlineMs: delay,
    capMs: delay,
    closeTimeoutMs: delay,
    hooksTimeoutMs: delay,
    redsSeen: count,
    graceMs: delay,
    preStopMs: delay,
    instances: count,
  },
  { requiredKeys: [] },
);

describe.each(names)("the settings for %s", (platform) => {
  test("have nothing that cannot work, whatever was said", () => {
    fc.assert(
      fc.property(ARBITRARY_NUMBERS, (declared) => {
        // More than an hour is beyond what ALB waits.
        const said =
          platform === "alb"
            ? { ...declared, longestRequestMs: (declared.longestRequestMs ?? 0) % HOUR_MS }
            : declared;
        const corrected = correct(said, platform);
        const errors = diagnose(corrected, platform).filter(({ severity }) => severity === "error");
        expect({ corrected, errors }).toEqual({ corrected, errors: [] });
      }),
      { numRuns: 1_000 },
    );
  });

  test("have no value that is missing or broken", () => {
    fc.assert(
      fc.property(ARBITRARY_NUMBERS, (declared) => {
        const corrected = correct(declared, platform);
        const text = PLATFORMS[platform].render(corrected) + renderService(corrected);
        expect(text).not.toMatch(/undefined|NaN|Infinity|-\d+ms|\d\.\d+(?:ms|s)|e\+/);
      }),
    );
  });

  test("have no time that a timer of the service, or HAProxy, does not take", () => {
    const longest = fc.constantFrom(MAX_TIMER_MS, MAX_TIMER_MS - 4_000, 1);
    const extremes = fc.record(
      {
        longestRequestMs: longest,
        keepAliveTimeoutMs: longest,
        balancerIdleMs: longest,
        deadlineMs: longest,
        capMs: longest,
        closeTimeoutMs: longest,
        hooksTimeoutMs: longest,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(extremes, (declared) => {
        const corrected = correct(declared, platform);
        const { capMs, closeTimeoutMs, hooksTimeoutMs, deadlineMs, keepAliveTimeoutMs } = corrected;
        const drain = {
          capMs,
          hooksTimeoutMs,
          deadlineMs,
          ...(closeTimeoutMs !== undefined && { closeTimeoutMs }),
        };
        expect(() => resolveDrainOptions(drain)).not.toThrow();
        expect(keepAliveTimeoutMs).toBeLessThanOrEqual(MAX_TIMER_MS);
        const times = PLATFORMS.haproxy.render(correct(declared, "haproxy")).matchAll(/timeout \w+ (\S+)/g);
        for (const [, time = ""] of times) expect(() => parseDuration("timeout", time)).not.toThrow();
      }),
    );
  });

  test("are not changed by correcting them again", () => {
    fc.assert(
      fc.property(ARBITRARY_NUMBERS, (declared) => {
        const corrected = correct(declared, platform);
        expect(correct(corrected, platform)).toEqual(corrected);
      }),
    );
  });
});

describe.each([...names, undefined])("the remedies for %s", (platform) => {
  test("end everything in one step, and never contradict each other", () => {
    fc.assert(
      fc.property(ARBITRARY_NUMBERS, (declared) => {
        const said = { ...declared, longestRequestMs: (declared.longestRequestMs ?? 0) % HOUR_MS };
        const findings = diagnose(said, platform);
        const changes = findings.flatMap(({ set }) => Object.entries(set));
        const all = Object.fromEntries(changes);
        expect(changes.filter(([name, value]) => all[name] !== value)).toEqual([]);
        const found = diagnose(applyChanges(said, all), platform);
        expect(found.length === 0 ? [] : [all, found]).toEqual([]);
        expect(findings.filter(({ remedy }) => !/^(?:set|run|use|see) /.test(remedy))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});

test("a detection that is slow only because of a rejected fall has a remedy", () => {
  const said = { probeIntervalMs: 5_000, fall: 11, redsSeen: 10, capMs: 51_000, deadlineMs: 90_000 };
  const [slow] = diagnose(said, "alb");
  expect(slow?.text).toMatch(/^fall 11 × probeIntervalMs 5s \+ 1s of quiet = 56s > capMs 51s/);
  expect(slow).toMatchObject({ remedy: "set fall to 10", set: { fall: 10 } });
});

describe("what was said is kept where it works", () => {
  test("by HAProxy", () => {
    const said = { probeIntervalMs: 700, fall: 4, rise: 3, probeTimeoutMs: 5_000 };
    expect(correct(said, "haproxy")).toMatchObject(said);
  });

  test("and else is as deploy/ has it", () => {
    const numbers = correct({}, "haproxy");
    expect(numbers).toMatchObject({ probeIntervalMs: 500, fall: 3, rise: 2, probeTimeoutMs: 2_000 });
    expect(renderService(numbers)).toBe("server.keepAliveTimeout = 65000;\ndrainOnSignals(server);");
  });

  test("the service's options say what is not as it comes", () => {
    const numbers = correct({ longestRequestMs: 20_000, balancerIdleMs: 120_000 }, "alb");
    expect(renderService(numbers)).toBe(
      "server.keepAliveTimeout = 125000;\ndrainOnSignals(server, { redsSeen: 2, capMs: 18000, hooksTimeoutMs: 5000, deadlineMs: 43000 });",
    );
  });

  test("a preset of the drain is kept, with the length of the preStop hook", () => {
    const numbers = correct({ preset: "kubernetes", preStopMs: 5_000, balancerIdleMs: 60_000 }, "kubernetes");
    expect(numbers).toMatchObject({ graceMs: 30_000 });
    expect(renderService(numbers)).toContain(
      'drainOnSignals(server, { preset: "kubernetes", preStopMs: 5000 });',
    );
  });

  test("handlers that take too long for a probe are asked in the background", () => {
    const numbers = correct({ handlerTimeoutMs: 60_000 }, "kubernetes");
    expect(numbers).toMatchObject({ handlerIntervalMs: 10_000, probeTimeoutMs: 2_000 });
    expect(renderService(numbers)).toContain("{ intervalMs: 10000 }");
  });
});

describe("the YAML", () => {
  test("for Kubernetes has the fields of a Pod", () => {
    const said = { handlerTimeoutMs: 3_000, graceMs: 40_000, preStopMs: 5_000, startupMs: 90_000 };
    const { template } = parse(PLATFORMS.kubernetes.render(correct(said, "kubernetes"))).spec;
    expect(template.spec).toMatchObject({
      terminationGracePeriodSeconds: 40,
      containers: [
        {
          lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } },
          startupProbe: {
            httpGet: { path: "/startupz", port: "http" },
            periodSeconds: 2,
            failureThreshold: 45,
          },
          readinessProbe: {
            httpGet: { path: "/readyz", port: "http" },
            periodSeconds: 2,
            timeoutSeconds: 4,
            failureThreshold: 3,
            successThreshold: 1,
          },
          livenessProbe: { httpGet: { path: "/livez", port: "http" }, periodSeconds: 10 },
        },
      ],
    });
  });

  test("for AWS has the fields of CloudFormation", () => {
    const { TargetGroup, LoadBalancer } = parse(
      PLATFORMS.alb.render(correct({ longestRequestMs: 7_500 }, "alb")),
    );
    expect(TargetGroup.Properties).toMatchObject({
      HealthCheckPath: "/probe_status",
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      UnhealthyThresholdCount: 2,
      HealthyThresholdCount: 2,
      Matcher: { HttpCode: "200" },
      TargetGroupAttributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "8" }],
    });
    expect(LoadBalancer.Properties.LoadBalancerAttributes).toEqual([
      { Key: "idle_timeout.timeout_seconds", Value: "60" },
    ]);
  });
});

test("AWS is told no longer wait for requests than it takes", () => {
  const { TargetGroup } = parse(PLATFORMS.alb.render(correct({ longestRequestMs: 2 * HOUR_MS }, "alb")));
  expect(TargetGroup.Properties.TargetGroupAttributes).toEqual([
    { Key: "deregistration_delay.timeout_seconds", Value: "3600" },
  ]);
});

test("a Dockerfile gets a HEALTHCHECK that ends before its time-out", () => {
  const text = PLATFORMS.docker.render(correct({ graceMs: 20_000 }, "docker"));
  expect(text).toContain("docker stop -t 30");
  expect(text).toContain("HEALTHCHECK --interval=10s --timeout=12s --start-period=1m --retries=3");
  // `show` asks twice where a handler is RED, and each time that may take the handlers' 5 s.
  expect(text).toContain('"--timeout", "11s"');
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { correct } from "../../../src/cli/doctor/correct.ts";
import { toHaproxySources } from "../../../src/cli/doctor/haproxy-numbers.ts";
import { toKubernetesSources } from "../../../src/cli/doctor/kubernetes-numbers.ts";
import { PLATFORMS } from "../../../src/cli/doctor/platforms.ts";

const DEPLOY = join(import.meta.dirname, "../../../deploy");

function deploymentOf(container: object, pod: object = {}, spec: object = {}): object {
  const template = { spec: { containers: [{ name: "proxy" }, { name: "service", ...container }], ...pod } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "orders" },
    spec: { ...spec, template },
  };
}

describe("the output of kubectl get -o json", () => {
  test("has the numbers of readiness, of the end, and what liveness looks at", () => {
    const readinessProbe = {
      httpGet: { path: "/readyz" },
      periodSeconds: 2,
      timeoutSeconds: 3,
      failureThreshold: 4,
      successThreshold: 1,
      initialDelaySeconds: 7,
    };
    const [source] =
      toKubernetesSources(
        deploymentOf(
          {
            readinessProbe,
            livenessProbe: { httpGet: { path: "/livez" }, periodSeconds: 10 },
            lifecycle: { preStop: { exec: { command: ["sh", "-c", "sleep 5"] } } },
          },
          { terminationGracePeriodSeconds: 40 },
          { replicas: 3, strategy: { rollingUpdate: { maxUnavailable: "25%" } } },
        ),
      ) ?? [];
    expect(source).toEqual({
      title: "Deployment orders, container service",
      platform: "kubernetes",
      declared: {
        graceMs: 40_000,
        preStopMs: 5_000,
        instances: 3,
        probeIntervalMs: 2_000,
        probeTimeoutMs: 3_000,
        fall: 4,
        rise: 1,
        livenessLooksAt: "local",
      },
      ignored: [
        "spec.strategy.rollingUpdate.maxUnavailable",
        "spec.template.spec.containers[1].readinessProbe.initialDelaySeconds",
        "spec.template.spec.containers[1].livenessProbe.periodSeconds",
      ],
      problems: [],
    });
  });

  test("names the hooks and probes that it does not know, and a missing readiness probe", () => {
    const [source] =
      toKubernetesSources(
        deploymentOf({
          lifecycle: { preStop: { httpGet: { path: "/leave" } } },
          livenessProbe: { httpGet: { path: "/health" } },
        }),
      ) ?? [];
    // Without a readinessProbe, the first container counts.
    expect(source?.problems).toEqual([expect.objectContaining({ severity: "warning" })]);
    const [known] =
      toKubernetesSources(
        deploymentOf({
          readinessProbe: { httpGet: { path: "/probe_status" } },
          lifecycle: { preStop: { httpGet: { path: "/leave" } } },
          livenessProbe: { httpGet: { path: "/health" } },
        }),
      ) ?? [];
    expect(known?.declared).toEqual({ instances: 1, probeRunsHandlers: false });
    expect(known?.ignored).toEqual([
      "spec.template.spec.containers[1].lifecycle.preStop",
      "what spec.template.spec.containers[1].livenessProbe /health checks",
    ]);
  });

  test.each([
    ["/livez", "local"],
    ["/readyz", "shared"],
    ["/probe_status", "probe"],
  ])("knows that liveness at %s looks at: %s", (path, looksAt) => {
    const container = { readinessProbe: {}, livenessProbe: { httpGet: { path } } };
    expect(toKubernetesSources(deploymentOf(container))?.[0]?.declared.livenessLooksAt).toBe(looksAt);
  });

  test("is judged by the container that serves our paths, not by a proxy beside it, and says which", () => {
    const readinessProbe = { httpGet: { path: "/healthz/ready" }, timeoutSeconds: 1 };
    const containers = [
      { name: "proxy", readinessProbe },
      {
        name: "app",
        readinessProbe: { exec: { command: ["svc-status", "show", "8080"] }, timeoutSeconds: 9 },
      },
    ];
    const [source] = toKubernetesSources(deploymentOf({}, { containers })) ?? [];
    expect(source).toMatchObject({
      title: "Deployment orders, container app",
      declared: { probeTimeoutMs: 9_000 },
    });
  });

  test("knows that a readiness probe which only connects runs no handlers", () => {
    const readinessProbe = { tcpSocket: { port: 8080 } };
    const [source] = toKubernetesSources(deploymentOf({ readinessProbe })) ?? [];
    expect(source?.declared.probeRunsHandlers).toBe(false);
  });

  test("knows that a command which shows the status looks at shared handlers, and names other commands", () => {
    const [shown, other] = [
      ["svc-status", "show", "8080"],
      ["pgrep", "node"],
    ].map((command) => {
      const container = { readinessProbe: {}, livenessProbe: { exec: { command } } };
      return toKubernetesSources(deploymentOf(container))?.[0];
    });
    expect(shown?.declared.livenessLooksAt).toBe("shared");
    expect(other?.ignored).toEqual(["what spec.template.spec.containers[1].livenessProbe pgrep node checks"]);
  });

  test("may be a list, or nothing that runs", () => {
    const items = [deploymentOf({}), { apiVersion: "v1", kind: "Service", spec: { ports: [] } }];
    expect(toKubernetesSources({ apiVersion: "v1", kind: "List", items })).toHaveLength(1);
    expect(toKubernetesSources({ apiVersion: "v1", kind: "Service" })).toEqual([]);
    expect(toKubernetesSources({ probeIntervalMs: 1 })).toBeUndefined();
  });

  test("of deploy/ is read as it is", () => {
    const [deployment] = readFileSync(join(DEPLOY, "kubernetes.yaml"), "utf8").split(/^---$/m);
    const [source] = toKubernetesSources(parse(deployment ?? "")) ?? [];
    expect(source?.declared).toMatchObject({ livenessLooksAt: "local", instances: expect.any(Number) });
    expect(source?.problems).toEqual([]);
  });

  test("that the doctor prints is read as the numbers it was made of", () => {
    const numbers = correct({ preStopMs: 5_000, graceMs: 60_000 }, "kubernetes");
    const pod = parse(PLATFORMS.kubernetes.render(numbers));
    const [source] = toKubernetesSources({ ...deploymentOf({}), ...pod }) ?? [];
    const { instances, ...declared } = source?.declared ?? {};
    expect(numbers).toMatchObject(declared);
    expect([instances, Object.keys(declared).length]).toEqual([1, 7]);
  });

  test("never makes it throw", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (spec, container) => {
        const kinds = ["Pod", "Deployment"];
        for (const kind of kinds) toKubernetesSources({ apiVersion: "v1", kind, spec });
        toKubernetesSources(deploymentOf(Object(container)));
      }),
    );
  });
});

describe("a haproxy.cfg", () => {
  test("of deploy/ has its numbers, and what is not judged", () => {
    const [source] = toHaproxySources(readFileSync(join(DEPLOY, "haproxy.cfg"), "utf8"));
    expect(source).toMatchObject({
      title: "backend services",
      platform: "haproxy",
      declared: { probeIntervalMs: 500, probeTimeoutMs: 2_000, fall: 3, rise: 2, instances: 2 },
    });
    expect(source?.ignored).toEqual([
      "mode http",
      "timeout connect 1s",
      "timeout client 30s",
      "timeout server 30s",
      "timeout tunnel 1h",
      "http-check send-state",
    ]);
  });

  test("has several backends, each with its servers, its defaults and its own settings", () => {
    const sources = toHaproxySources(`
global
  maxconn 1000
defaults one
  timeout check 3s # longer than inter
  option redispatch
  default-server inter 1s fall 4
listen a
  option httpchk GET /probe_status
  server a1 192.0.2.1:80 check inter 250 rise 3 fastinter 100ms
  server a2 192.0.2.2:80 check backup
frontend in
  bind :80
defaults
backend b
  no option redispatch
  retries 0
  server b1 192.0.2.1:80 no-check
  server b2 192.0.2.2:80 check inter 2000us
backend empty
`);
    expect(sources.map(({ title, declared }) => [title, declared])).toEqual([
      ["listen a", { probeIntervalMs: 1_000, probeTimeoutMs: 3_000, fall: 4, rise: 3 }],
      ["backend b", { probeIntervalMs: 2, instances: 2 }],
    ]);
    expect(sources[0]?.problems).toEqual([]);
    expect(sources[0]?.ignored).toEqual(["fastinter", "100ms"]);
    expect(sources[1]?.problems?.map(({ severity, text }) => `${severity}: ${text.split(":")[0]}`)).toEqual([
      "error: HAProxy never checks b1",
      "error: without option httpchk, a check only connects",
      "warning: retries 0",
    ]);
  });

  test("may name the defaults of a section", () => {
    const sources = toHaproxySources(`
defaults web
  option httpchk GET /probe_status
  option redispatch
defaults slow from web
  default-server inter 9s
defaults tcp
  mode tcp
backend a from web
  server a1 192.0.2.1:80 check
backend b from slow
  server b1 192.0.2.1:80 check
backend c
  server c1 192.0.2.1:80 check
`);
    expect(sources.map(({ declared, problems = [] }) => [declared.probeIntervalMs, problems.length])).toEqual(
      [
        [undefined, 0],
        [9_000, 0],
        [undefined, 2],
      ],
    );
  });

  test.each([
    ["web 3 _http._tcp.example.org", 3],
    ["web 2-5 example.org:80", 4],
  ])("may have the servers of a template: %s", (template, instances) => {
    const [source] = toHaproxySources(
      `backend a\n  server-template ${template} check inter 1s resolvers dns\n`,
    );
    expect(source?.declared).toEqual({ probeIntervalMs: 1_000, instances });
    expect(source?.ignored).toEqual(["resolvers", "dns"]);
  });

  test("may check databases, which have no probe of ours", () => {
    const sources = toHaproxySources(`
defaults
  option httpchk GET /probe_status
listen pg
  mode tcp
  option pgsql-check user haproxy
  server pg1 192.0.2.3:5432 check
backend web
  option redispatch
  server w1 192.0.2.1:80 check
`);
    expect(sources.map(({ title }) => title)).toEqual(["backend web"]);
  });

  test.each([
    ["option httpchk", ["option httpchk alone requests /"]],
    ["option httpchk\n  http-check send hdr Host www", ["option httpchk alone requests /"]],
    ["option httpchk\n  http-check send meth GET uri /probe_status", []],
    ["option httpchk HEAD /probe_status", []],
  ])("requests the probe with %j, or does not", (check, texts) => {
    const [source] = toHaproxySources(
      `backend a\n  option redispatch\n  ${check}\n  server a1 192.0.2.1:80 check\n`,
    );
    expect(source?.problems?.map(({ text }) => text.split(":")[0])).toEqual(texts);
  });

  test("names a check whose path it does not know", () => {
    const [source] = toHaproxySources(
      "backend a\n  option httpchk GET /health\n  server a1 192.0.2.1:80 check\n",
    );
    expect(source?.ignored).toEqual(["option httpchk GET /health"]);
  });

  test("that the doctor prints is read as the numbers it was made of", () => {
    const numbers = correct({ probeIntervalMs: 700, fall: 4, instances: 3 }, "haproxy");
    const [source] = toHaproxySources(PLATFORMS.haproxy.render(numbers));
    expect(numbers).toMatchObject(source?.declared ?? { is: "not read" });
    expect(source?.problems).toEqual([]);
  });

  test("never makes it throw", () => {
    const word = fc.constantFrom(
      "server",
      "check",
      "inter",
      "fall",
      "backend",
      "defaults",
      "\n",
      "5s",
      "timeout check",
    );
    fc.assert(fc.property(fc.array(word), (words) => void toHaproxySources(words.join(" "))));
  });
});

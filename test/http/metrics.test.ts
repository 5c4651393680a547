import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { StatusResponse } from "../../src/http/message.ts";
import type { MetricsSource, PrometheusViewOptions } from "../../src/http/options.ts";
import { createStatusService } from "../../src/http/service.ts";
import { parseExposition } from "../support/exposition.ts";
import { createAppRegister, createOpenMetricsRegister } from "../support/prom-client.ts";
import { createRecordingLogger, type NamedStatus, registryOf } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";

const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
const OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const OURS =
  '# HELP svc_status Status 0->OK, 1->YELLOW, 2->RED\n# TYPE svc_status untyped\nsvc_status{name="A"} 0\n';
const OURS_OPENMETRICS = OURS.replace("untyped", "unknown");

interface Subject {
  readonly log: readonly string[];
  scrape(accept?: string): Promise<StatusResponse>;
}

function createSubject(
  metrics: MetricsSource | undefined,
  handlers: readonly NamedStatus[] = [["A", { state: "OK" }]],
): Subject {
  const logger = createRecordingLogger();
  const registry = registryOf(handlers, { logger });
  const prometheus: PrometheusViewOptions = metrics === undefined ? {} : { metrics };
  const service = createStatusService({ registry, svcStatus: { prometheus } });
  return {
    log: logger.lines,
    async scrape(accept = "text/plain;version=0.0.4") {
      const answer = await service(createStatusRequest({ headers: { accept } }));
      if (answer === undefined) throw new Error("not answered");
      return answer;
    },
  };
}

function getNames(body: string, exposition: "0.0.4" | "openmetrics"): string[] {
  return parseExposition(body, exposition).map(({ name }) => name);
}

const APP_FAMILIES = ["app_queue_length", "app_extreme_ratio", "app_duration_seconds", "app_size_bytes"];

describe("prom-client's register", () => {
  test("of text format 0.0.4, asked for 0.0.4, stands behind our families", async () => {
    const register = createAppRegister();
    const { scrape, log } = createSubject(register);
    const { status, headers, body } = await scrape();
    expect(status).toBe(200);
    expect(headers["Content-Type"]).toBe(PROMETHEUS);
    expect(body).toBe(OURS + (await register.metrics()).replaceAll("\n\n", "\n"));
    expect(getNames(body, "0.0.4")).toEqual(["svc_status", "app_requests_total", ...APP_FAMILIES]);
    expect(log).toEqual([]);
  });

  test("of OpenMetrics, asked for OpenMetrics, makes one OpenMetrics exposition", async () => {
    const register = createOpenMetricsRegister();
    const { headers, body } = await createSubject(register).scrape("application/openmetrics-text");
    expect(headers["Content-Type"]).toBe(OPENMETRICS);
    expect(body).toBe(OURS_OPENMETRICS + (await register.metrics()));
    expect(body.match(/# EOF/g)).toHaveLength(1);
    expect(getNames(body, "openmetrics")).toEqual([
      "svc_status",
      "app_requests",
      ...APP_FAMILIES,
      "app_logins",
      "app_query_seconds",
    ]);
  });

  test("of text format 0.0.4, asked for OpenMetrics, makes the answer 0.0.4", async () => {
    const register = createAppRegister();
    const subject = createSubject(register);
    const { headers, body } = await subject.scrape("application/openmetrics-text");
    expect(headers["Content-Type"]).toBe(PROMETHEUS);
    expect(headers).toHaveProperty("Vary", "Accept");
    expect(body).toBe((await subject.scrape()).body);
  });

  test("of OpenMetrics, asked for 0.0.4, is converted: the same names and values", async () => {
    const { headers, body } = await createSubject(createOpenMetricsRegister()).scrape();
    const { body: expected } = await createSubject(createAppRegister()).scrape();
    expect(headers["Content-Type"]).toBe(PROMETHEUS);
    const families = parseExposition(body, "0.0.4");
    const further = families.slice(6).map(({ name, type }) => [name, type]);
    expect(families.slice(0, 6)).toEqual(parseExposition(expected, "0.0.4"));
    expect(further).toEqual([
      ["app_logins_total", "counter"],
      ["app_query_seconds", "histogram"],
    ]);
  });

  test.each([
    ["0.0.4", createAppRegister, PROMETHEUS],
    ["OpenMetrics", createOpenMetricsRegister, OPENMETRICS],
  ])(
    "of %s is left as it is: it renders the same after any scrape as before",
    async (_, create, contentType) => {
      const register = create();
      const before = await create().metrics();
      const { scrape } = createSubject(register);
      for (const accept of ["text/plain;version=0.0.4", "application/openmetrics-text", "application/json"]) {
        await scrape(accept);
      }
      expect(register.contentType).toBe(contentType);
      const withoutTime = (text: string) => text.replace(/(# \{.*\} \S+) \S+/g, "$1");
      expect(withoutTime(await register.metrics())).toBe(withoutTime(before));
    },
  );

  test("is not asked for the other formats", async () => {
    const { scrape } = createSubject({ metrics: () => expect.unreachable("asked") });
    for (const accept of ["text/csv", "application/json", "application/health+json"]) {
      expect((await scrape(accept)).body).not.toContain("#");
    }
  });

  test("that is empty adds nothing, in either format", async () => {
    const openMetrics = new Registry();
    openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    for (const register of [new Registry(), openMetrics]) {
      const { scrape } = createSubject(register);
      expect((await scrape()).body).toBe(OURS);
      expect((await scrape("application/openmetrics-text")).body).toBe(`${OURS_OPENMETRICS}# EOF\n`);
    }
  });

  test("is the whole answer when there are no handlers", async () => {
    const register = new Registry();
    new Gauge({ name: "a", help: "A", registers: [register] }).set(1);
    expect((await createSubject(register, []).scrape()).body).toBe("# HELP a A\n# TYPE a gauge\na 1\n");
  });

  test("that has a family of ours loses it, which is logged once", async () => {
    const register = new Registry();
    const registers = [register];
    new Gauge({ name: "svc_status", help: "Mine", labelNames: ["name"], registers }).set({ name: "A" }, 7);
    new Gauge({ name: "svc_status_size", help: "Other", registers }).set(1);
    const { scrape, log } = createSubject(register);
    for (const accept of [undefined, "application/openmetrics-text", undefined]) {
      expect((await scrape(accept)).body).toBe(
        `${OURS}# HELP svc_status_size Other\n# TYPE svc_status_size gauge\nsvc_status_size 1\n`,
      );
    }
    expect(log).toEqual([
      "warn: SVC015 omitted from the Prometheus format as a duplicate: the application's family svc_status",
    ]);
  });

  test("that has a histogram by our name loses all of it", async () => {
    const register = new Registry();
    const registers = [register];
    new Histogram({ name: "svc_status", help: "Mine", registers, buckets: [1] }).observe(2);
    new Counter({ name: "app_total", help: "Other", registers }).inc();
    const { body } = await createSubject(register).scrape();
    expect(getNames(body, "0.0.4")).toEqual(["svc_status", "app_total"]);
  });
});

describe("metrics of any other source", () => {
  test.each([
    ["a text", () => "a 1\n"],
    ["a promise", () => Promise.resolve("a 1\n")],
    ["no final newline", () => "a 1"],
    ["Windows line ends", () => "a 1\r\n"],
    ["blank lines", () => "\n\na 1\n\n\n"],
    ["# EOF in the middle", () => "# EOF\na 1\n"],
    ["comments", () => "# made by hand\na 1\n"],
  ])("may come as or with %s", async (_, metrics) => {
    expect((await createSubject({ metrics }).scrape()).body).toBe(`${OURS}a 1\n`);
  });

  test("keep their this", async () => {
    class Source {
      readonly text = "a 1\n";
      metrics(): string {
        return this.text;
      }
    }
    expect((await createSubject(new Source()).scrape()).body).toBe(`${OURS}a 1\n`);
  });

  test.each<[what: string, metrics: () => unknown, failure: string]>([
    [
      "throw",
      () => {
        throw new Error("no metrics\nhere");
      },
      "no metrics",
    ],
    ["reject", () => Promise.reject(new Error("no metrics")), "no metrics"],
    ["reject with undefined", () => Promise.reject(undefined), "threw undefined"],
    ["are a number", () => 7, "metrics(): expected a string, got 7"],
    ["are undefined", () => undefined, "metrics(): expected a string, got undefined"],
    ["are a promise of an object", () => Promise.resolve({}), "metrics(): expected a string, got an object"],
  ])(
    "that %s leave our families, in the format asked for, and are logged once",
    async (_, metrics, failure) => {
      const { scrape, log } = createSubject({ metrics } as MetricsSource);
      for (let count = 0; count < 3; count += 1) {
        expect(await scrape()).toMatchObject({ status: 200, body: OURS });
      }
      const openMetrics = await scrape("application/openmetrics-text");
      expect(openMetrics.headers["Content-Type"]).toBe(OPENMETRICS);
      expect(openMetrics.body).toBe(`${OURS_OPENMETRICS}# EOF\n`);
      expect(log).toEqual([`error: SVC014 collecting the application's metrics failed: ${failure}`]);
    },
  );

  test("that fail are logged when that begins, when it changes, and when it begins again", async () => {
    const results = [new Error("one"), new Error("one"), new Error("two"), "a 1\n", new Error("two")];
    let count = 0;
    const { scrape, log } = createSubject({
      metrics() {
        const result = results[count];
        count += 1;
        if (typeof result === "string") return result;
        throw result;
      },
    });
    for (const _ of results) await scrape();
    expect(log.map((line) => line.split(": ").at(-1))).toEqual(["one", "two", "two"]);
  });

  test("are collected once for those who scrape at the same time, and anew for the next one", async () => {
    let calls = 0;
    const { scrape } = createSubject({
      metrics: async () => {
        calls += 1;
        return `a ${calls}\n`;
      },
    });
    const together = await Promise.all(Array.from({ length: 20 }, () => scrape()));
    expect(new Set(together.map(({ body }) => body))).toEqual(new Set([`${OURS}a 1\n`]));
    expect((await scrape()).body).toBe(`${OURS}a 2\n`);
  });

  test("are collected while the handlers are asked, not after them", async () => {
    const order: string[] = [];
    const registry = registryOf([]);
    registry.addStatusHandler("A", async () => {
      order.push("handler begins");
      await Promise.resolve();
      await Promise.resolve();
      order.push("handler ends");
      return { state: "OK" };
    });
    const metrics = { metrics: () => `a ${order.push("metrics begin")}\n` };
    const service = createStatusService({ registry, svcStatus: { prometheus: { metrics } } });
    await service(createStatusRequest({ target: "/svc_status.prometheus" }));
    expect(order.indexOf("metrics begin")).toBeLessThan(order.indexOf("handler ends"));
  });

  describe("that never come", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    test("are given up after 5 s, asked for once however many scrapes there are, and logged once", async () => {
      let calls = 0;
      let finish: (text: string) => void = () => {};
      const { scrape, log } = createSubject({
        metrics() {
          calls += 1;
          return new Promise<string>((resolve) => {
            finish = resolve;
          });
        },
      });
      const first = Promise.all(Array.from({ length: 10 }, () => scrape()));
      let isAnswered = false;
      void first.then(() => {
        isAnswered = true;
      });
      await vi.advanceTimersByTimeAsync(4_999);
      expect(isAnswered).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      for (const answer of await first) expect(answer).toMatchObject({ status: 200, body: OURS });

      const second = scrape();
      await vi.advanceTimersByTimeAsync(5_000);
      expect((await second).body).toBe(OURS);
      expect(calls).toBe(1);
      expect(log).toEqual([
        "error: SVC014 collecting the application's metrics failed: timed out after 5000 ms",
      ]);
      expect(vi.getTimerCount()).toBe(0);

      finish("late 1\n");
      await vi.advanceTimersByTimeAsync(0);
      const third = scrape();
      await vi.advanceTimersByTimeAsync(0);
      finish("a 1\n");
      expect((await third).body).toBe(`${OURS}a 1\n`);
      expect(calls).toBe(2);
    });
  });
});

describe("label series that stand there already", () => {
  test("are left out, and each is logged once", async () => {
    const handlers: NamedStatus[] = [
      ["A", { state: "OK", labels: { b: 1, c: 2 } }],
      ["A_b", { state: "RED" }],
    ];
    const { scrape, log } = createSubject(undefined, handlers);
    for (const accept of [undefined, undefined, "application/openmetrics-text"]) {
      const { body } = await scrape(accept);
      expect(body).toContain('svc_status{name="A"} 0\nsvc_status{name="A_c"} 2\nsvc_status{name="A_b"} 2\n');
    }
    expect(log.filter((line) => line.startsWith("warn"))).toEqual([
      'warn: SVC015 omitted from the Prometheus format as a duplicate: the label series "A_b"',
    ]);
  });

  test("are no longer logged once there are 1,000 different ones", async () => {
    const numbers = Array.from({ length: 1_100 }, (_, index) => index);
    const labels = Object.fromEntries(numbers.map((index) => [`b${index}`, index]));
    const handlers = numbers.map((index): NamedStatus => [`A_b${index}`, { state: "OK" }]);
    const { scrape, log } = createSubject(undefined, [["A", { state: "OK", labels }], ...handlers]);
    await scrape();
    expect(log).toHaveLength(1_000);
  });
});

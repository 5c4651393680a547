import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry, Summary } from "prom-client";

/** prom-client's register with one metric of each type, the awkward parts of the format among them. */
export function createAppRegister(): Registry {
  const register = new Registry();
  fill(register);
  return register;
}

/** The same, as OpenMetrics, with exemplars. */
export function createOpenMetricsRegister(): Registry<OpenMetricsContentType> {
  const register = new Registry<OpenMetricsContentType>();
  register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  fill(register as unknown as Registry);
  const labelNames = ["route", "trace_id"] as const;
  const registers = [register as unknown as Registry];
  new Counter({ name: "app_logins_total", help: "Logins", labelNames, registers, enableExemplars: true }).inc(
    {
      labels: { route: "/in" },
      value: 2,
      exemplarLabels: { trace_id: "abc # {}" },
    },
  );
  new Histogram({
    name: "app_query_seconds",
    help: "Queries",
    labelNames,
    registers,
    buckets: [0.1, 1],
    enableExemplars: true,
  }).observe({ labels: { route: "/q" }, value: 0.5, exemplarLabels: { trace_id: "def" } });
  return register;
}

function fill(register: Registry): void {
  const registers = [register];
  const labelNames = ["route"] as const;
  const requests = new Counter({
    name: "app_requests_total",
    help: "Requests so far",
    labelNames,
    registers,
  });
  requests.inc({ route: "/a" }, 3);
  requests.inc({ route: 'a } "quoted" \\ one\ntwo # three' }, 4);
  new Gauge({ name: "app_queue_length", help: 'Jobs "waiting" in C:\\"jobs"\nand more', registers }).set(7);
  const extremes = new Gauge({ name: "app_extreme_ratio", help: "Extremes", labelNames, registers });
  for (const [route, value] of Object.entries({ nan: NaN, more: Infinity, less: -Infinity, small: 1e-9 })) {
    extremes.set({ route }, value);
  }
  const duration = new Histogram({
    name: "app_duration_seconds",
    help: "Durations",
    registers,
    buckets: [0.1, 1],
  });
  duration.observe(0.05);
  duration.observe(5);
  new Summary({ name: "app_size_bytes", help: "Sizes", registers, percentiles: [0.5, 0.9] }).observe(10);
}

/**
 * The newest sample of every series of a fleet, as OpenMetrics. Every tenth service is RED by its upstream,
 * and the first of them by itself.
 */
export function toFleetSamples({ instances, handlers, services }) {
  const now = Math.floor(Date.now() / 1_000);
  const families = {
    svc_status_state: [],
    svc_status_last_change_timestamp_seconds: [],
    svc_status_upstream: [],
    svc_status_overall: [],
    svc_status_in_service: [],
    svc_status_draining: [],
    svc_status_info: [],
    up: [],
  };
  const add = (family, labels, value) => families[family].push(`${family}{${labels}} ${value} ${now}`);
  for (let index = 0; index < instances; index += 1) {
    const service = index % services;
    const isRed = service % 10 === 0;
    const target = `job="service-${service}",instance="10.0.${index >> 8}.${index & 255}:8080"`;
    for (let handler = 0; handler < handlers; handler += 1) {
      const labels = `${target},name="Handler ${handler}"`;
      add("svc_status_state", `${labels},critical="true",scope="shared"`, isRed && handler === 0 ? 2 : 0);
      add("svc_status_last_change_timestamp_seconds", labels, 1_700_000_000 + service);
    }
    add(
      "svc_status_upstream",
      `${target},name="Handler 0",upstream="service-${Math.max(0, service - 10)}"`,
      1,
    );
    add("svc_status_overall", target, isRed ? 2 : 0);
    add("svc_status_in_service", target, 1);
    add("svc_status_draining", target, 0);
    add("svc_status_info", `${target},service_version="1.0.0"`, 1);
    add("up", target, 1);
  }
  return toOpenMetrics(families);
}

/**
 * What the rules have recorded once a minute for a day: the series that the axes read, or that continue an
 * earlier value. Without the versions, so that their first series is one of this Prometheus.
 */
export function toRecordedDay({ services, now }) {
  const minutes = Array.from({ length: 24 * 60 }, (_, index) => now - 60 * (24 * 60 - index));
  /** One series for each service, and for each value of a further label. A value may be missing at a time. */
  const toLines = (family, toValue, labels = [""]) =>
    Array.from({ length: services }, (_, service) =>
      labels.map((label) =>
        minutes.flatMap((at) => {
          const value = toValue(service, at, label);
          return value === undefined ? [] : [`${family}{job="service-${service}"${label}} ${value} ${at}`];
        }),
      ),
    ).flat(2);
  const states = [',state="0"', ',state="2"'];
  const families = {
    "service:svc_status_known:max": () => 1,
    "service:svc_status_overall:max": (service, at) => (isRedAt(service, at) ? 2 : 0),
    "service:svc_status_instances:count": () => 100,
    "service:svc_status_in_service:sum": () => 100,
    "service:svc_status_draining:sum": () => 0,
    "service:svc_status_up:sum": () => 100,
    "service:svc_status_up:count": () => 100,
  };
  return toOpenMetrics({
    ...Object.fromEntries(
      Object.entries(families).map(([family, toValue]) => [family, toLines(family, toValue)]),
    ),
    "service:svc_status_since_timestamp_seconds:max": toLines(
      "service:svc_status_since_timestamp_seconds:max",
      (service, at, label) =>
        label === states[isRedAt(service, at) ? 1 : 0] ? toStart(service, at) : undefined,
      states,
    ),
  });
}

const RED_S = 3_600;
const CYCLE_S = 36_000;

/** Every tenth service is RED for an hour of ten. */
function isRedAt(service, at) {
  return service % 10 === 0 && at % CYCLE_S < RED_S;
}

/** The start of the state at a time. */
function toStart(service, at) {
  if (service % 10 > 0) return 1_700_000_000;
  return at - (at % CYCLE_S) + (isRedAt(service, at) ? 0 : RED_S);
}

function toOpenMetrics(families) {
  const texts = Object.entries(families).map(
    ([family, lines]) => `# TYPE ${family} gauge\n${lines.join("\n")}\n`,
  );
  return `${texts.join("")}# EOF\n`;
}

import type { FleetLabels } from "./options.ts";

type PanelType = "stat" | "timeseries" | "table" | "state-timeline";

/** The parts of a Grafana dashboard that this one uses. */
export interface Dashboard {
  readonly title: string;
  readonly uid: string;
  readonly schemaVersion: number;
  readonly timezone: "browser";
  readonly refresh: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly tags: readonly string[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
}

interface Variable {
  readonly name: string;
  readonly type: "datasource" | "query";
  readonly query: string;
  readonly label: string;
  readonly datasource?: Datasource;
  readonly refresh?: 2;
  readonly includeAll?: boolean;
  readonly multi?: boolean;
  readonly current?: { readonly text: readonly string[]; readonly value: readonly string[] };
}

interface Datasource {
  readonly type: string;
  readonly uid: string;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: PanelType;
  readonly datasource: Datasource;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig: {
    readonly defaults: { readonly mappings?: readonly Mapping[] };
    readonly overrides: readonly [];
  };
  readonly options: Readonly<Record<string, unknown>>;
  readonly targets: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat?: string;
  }[];
}

interface Mapping {
  readonly type: "value";
  readonly options: Readonly<
    Record<string, { readonly text: string; readonly color: string; readonly index: number }>
  >;
}

interface Row {
  readonly title: string;
  readonly type: PanelType;
  readonly expr: string;
  /** The name of a series. */
  readonly legend: string;
  /** In columns; a row has 24. */
  readonly width: number;
}

const STATES = { "0": ["OK", "green"], "1": ["YELLOW", "yellow"], "2": ["RED", "red"] } as const;
// biome-ignore lint/suspicious/noTemplateCurlyInString: a Grafana variable
const DATASOURCE = { type: "prometheus", uid: "${datasource}" };
const HEIGHT = 8;

/** A Grafana dashboard that only reads recorded series. */
export function toDashboard({ service, within }: FleetLabels): Dashboard {
  const selected = `{${service}=~"$service"}`;
  const by = [...within, service].join(", ");
  const rows: readonly Row[] = [
    row("Failed services", "stat", "count(service:svc_status_overall:max == 2) or vector(0)", "", 4),
    row("Instances", "stat", "sum(service:svc_status_instances:count)", "", 4),
    row("In service", "stat", "sum(service:svc_status_in_service:sum)", "", 4),
    row("Not scraped", "stat", "sum(service:svc_status_up:count) - sum(service:svc_status_up:sum)", "", 4),
    row("Causes", "table", 'max by (root, name) (handler:svc_status_root:count{role="cause"})', "", 8),
    row("Services", "state-timeline", `service:svc_status_overall:max${selected}`, `{{${service}}}`, 24),
    row(
      "Handlers",
      "state-timeline",
      `max by (${by}, name) (handler:svc_status_state:max${selected})`,
      `{{${service}}} {{name}}`,
      24,
    ),
    row(
      "RED instances",
      "timeseries",
      `handler:svc_status_state:count{${service}=~"$service", state="2"}`,
      `{{${service}}} {{name}}`,
      12,
    ),
    row(
      "Instances in service",
      "timeseries",
      `service:svc_status_in_service:sum${selected}`,
      `{{${service}}}`,
      12,
    ),
    row(
      "Versions",
      "timeseries",
      `service:svc_status_info:count${selected}`,
      `{{${service}}} {{service_version}}`,
      12,
    ),
    row(
      "Upstreams",
      "table",
      `max by (${by}, name, upstream) (handler:svc_status_upstream:max${selected})`,
      "",
      12,
    ),
  ];
  return {
    title: "Service status",
    uid: "svc-status",
    schemaVersion: 39,
    timezone: "browser",
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    tags: ["svc-status"],
    templating: {
      list: [
        { name: "datasource", type: "datasource", query: "prometheus", label: "Prometheus" },
        {
          name: "service",
          type: "query",
          label: "Service",
          datasource: DATASOURCE,
          query: `label_values(service:svc_status_overall:max, ${service})`,
          refresh: 2,
          includeAll: true,
          multi: true,
          current: { text: ["All"], value: ["$__all"] },
        },
      ],
    },
    panels: place(rows),
  };
}

function row(title: string, type: PanelType, expr: string, legend: string, width: number): Row {
  return { title, type, expr, legend, width };
}

/** Puts the panels side by side, in rows of 24 columns. */
function place(rows: readonly Row[]): Panel[] {
  let x = 0;
  let y = 0;
  return rows.map(({ title, type, expr, legend, width }, index) => {
    if (x + width > 24) {
      x = 0;
      y += HEIGHT;
    }
    const gridPos = { x, y, w: width, h: HEIGHT };
    x += width;
    const isTable = type === "table";
    return {
      id: index + 1,
      title,
      type,
      datasource: DATASOURCE,
      gridPos,
      fieldConfig: { defaults: type === "state-timeline" ? { mappings: [toMapping()] } : {}, overrides: [] },
      options: {},
      targets: [
        {
          refId: "A",
          expr,
          ...(legend !== "" && { legendFormat: legend }),
          ...(isTable && { format: "table", instant: true }),
        },
      ],
    };
  });
}

function toMapping(): Mapping {
  const options = Object.entries(STATES).map(([value, [text, color]], index) => [
    value,
    { text, color, index },
  ]);
  return { type: "value", options: Object.fromEntries(options) };
}

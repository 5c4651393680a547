import {
  countServices,
  describeAbsent,
  describeService,
  type Effects,
  findEffects,
  RAW,
  toTitle,
} from "../../fleet/describe.ts";
import { type FleetView, readOverview, readServices } from "../../fleet/read/reader.ts";
import type { ServiceDetail } from "../../fleet/read/service-detail.ts";
import type { FleetService, FleetState } from "../../fleet/read/view.ts";
import { toElapsedText } from "../../util/elapsed-text.ts";
import { CliError } from "../cli-error.ts";
import type { ExitStatus } from "../command.ts";
import type { Io } from "../io.ts";
import { clean, cleanJson } from "../terminal/clean.ts";
import { createPaint, type Paint, STYLE_OF_STATE } from "../terminal/style.ts";
import { alignColumns } from "../terminal/table.ts";
import { truncate } from "../terminal/width.ts";
import type { Values } from "./labels.ts";
import { parseMoment, toReaderOptions } from "./source.ts";

const EXITS: Readonly<Record<FleetState, ExitStatus>> = { OK: 0, YELLOW: 1, RED: 2, UNKNOWN: 3 };

/** `svc-status fleet show` */
export async function showFleet(service: string | undefined, values: Values, io: Io): Promise<ExitStatus> {
  const options = toReaderOptions(values, io.env);
  const at = parseMoment(values.at);
  const read = { signal: io.signal, ...(at && { at }) };
  const view: FleetView<FleetService | ServiceDetail> =
    service === undefined ? await readOverview(options, read) : await readServices(service, options, read);
  if (values.json) io.stdout.write(`${cleanJson(JSON.stringify(view))}\n`);
  else if (view.services.length > 0) io.stdout.write(renderView(view, io));
  if (view.services.length === 0 && !values.json)
    throw new CliError(`no answer from ${options.prometheus.url.origin}: ${clean(view.problems.join("; "))}`);
  return EXITS[view.state];
}

export function renderView(
  view: FleetView<FleetService | ServiceDetail>,
  io: Pick<Io, "color" | "stdout">,
): string {
  const paint = createPaint(io.color);
  const effects = findEffects(view.services);
  const rows = view.services.map((service) => toRow(service, view.at, effects));
  const details = view.services.flatMap((service) =>
    "handlers" in service ? ["", ...renderDetail(service, view.at, paint)] : [],
  );
  return `${[...renderRows(rows, paint), ...details, "", ...summarize(view, paint)]
    .map((line) => truncate(line, io.stdout.columns))
    .join("\n")}\n`;
}

type Row = readonly [state: FleetState | "STATE", ...cells: string[]];

function toRow(service: FleetService, at: Date, effects: Effects): Row {
  const { state, since, instances } = service;
  return [
    state,
    toTitle(service),
    since === undefined ? "" : toElapsedText(at.getTime() - since.getTime()),
    String(instances.targets),
    describeService(service, effects).join("; "),
  ];
}

function renderDetail({ handlers, problems }: ServiceDetail, at: Date, paint: Paint): readonly string[] {
  const rows = handlers.map(({ name, state, since, instances, root, critical }): Row => {
    const counts = (["RED", "YELLOW", "OK"] as const).filter((each) => instances[each] > 0);
    return [
      state,
      name,
      since === undefined ? "" : toElapsedText(at.getTime() - since.getTime()),
      counts.map((each) => `${instances[each]} ${each}`).join(", "),
      [...(critical ? [] : ["not critical"]), ...(root === undefined ? [] : [`root: ${root}`])].join("; "),
    ];
  });
  const lines = problems.map(({ name, problem, handler }) =>
    clean(`${name}  ${problem}${handler === undefined ? "" : `  ${handler}`}`),
  );
  return [...renderRows(rows, paint, "HANDLER"), ...(lines.length > 0 ? ["", ...lines] : [])];
}

function renderRows(rows: readonly Row[], paint: Paint, what = "SERVICE"): readonly string[] {
  const all = [["STATE", what, "SINCE", "INSTANCES", "DETAIL"] as const, ...rows].map((row) =>
    row.map(clean),
  );
  return alignColumns(all, MAX_WIDTH).map(([state = "", ...cells]) =>
    `${paintState(state, paint)}  ${cells.join("  ")}`.trimEnd(),
  );
}

const MAX_WIDTH = 60;

function paintState(text: string, paint: Paint): string {
  const state = text.trimEnd() as FleetState;
  return state === "OK" || state === "YELLOW" || state === "RED" ? paint(STYLE_OF_STATE[state], text) : text;
}

function summarize(view: FleetView<FleetService>, paint: Paint): readonly string[] {
  const { state, evaluatedAt, at, isRaw, problems } = view;
  const age =
    evaluatedAt === undefined
      ? ""
      : `, as of ${evaluatedAt.toISOString().slice(0, 19)}Z, ${toElapsedText(at.getTime() - evaluatedAt.getTime())} before`;
  return [
    `${paintState(state, paint)}: ${countServices(view)}${age}`,
    ...problems.map((problem) => `incomplete: ${clean(problem)}`),
    ...(isRaw ? [RAW] : []),
    ...describeAbsent(view),
  ];
}

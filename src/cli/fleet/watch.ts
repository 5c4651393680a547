import { describeAbsent } from "../../fleet/describe.ts";
import { type FleetView, readProblems, readServices } from "../../fleet/read/reader.ts";
import type { ServiceDetail } from "../../fleet/read/service-detail.ts";
import { toKey } from "../../fleet/read/view.ts";
import { createViews } from "../../fleet/views.ts";
import { toAgeText } from "../../http/page/time-text.ts";
import { systemClock } from "../../util/clock.ts";
import { toDurationText } from "../../util/duration-text.ts";
import { CliError } from "../cli-error.ts";
import type { ExitStatus } from "../command.ts";
import type { Io } from "../io.ts";
import type { Choices } from "../watch/list.ts";
import { watchUntilQuit } from "../watch/until-quit.ts";
import type { Values } from "./labels.ts";
import { toReaderOptions } from "./source.ts";
import { createFleetViews } from "./watch-views.ts";

const DEFAULT_INTERVAL_MS = 5_000;

/** Maximum number of services whose handlers are all read, one query for each. */
export const MAX_UNFOLDED = 8;

/** `svc-status fleet watch`: polls Prometheus until the user ends it. */
export async function watchFleet(service: string | undefined, values: Values, io: Io): Promise<ExitStatus> {
  const { interval: intervalMs = DEFAULT_INTERVAL_MS, bell } = values;
  if (values.at !== undefined) throw new CliError("watch shows the present. Use fleet show --at");
  const options = toReaderOptions(values, io.env);
  const fleet = createFleetViews(options.prometheus.url.origin);
  const reads = createViews({ refreshMs: 1, clock: systemClock });
  let answer: FleetView<ServiceDetail> | undefined;
  let folds: Choices["folds"] = new Map();
  let wake = (): void => {};

  function read(): Promise<FleetView<ServiceDetail>> {
    return reads.read("", (signal) =>
      service === undefined ? readProblems(options, { signal }) : readServices(service, options, { signal }),
    );
  }

  /** The services that the user unfolded, with all handlers. */
  async function readUnfolded(): Promise<readonly ServiceDetail[]> {
    const { views } = fleet;
    const only = views.length === 1 ? views[0]?.id : undefined;
    const ids = [...folds].filter(([, fold]) => fold === "all").map(([id]) => id);
    const keys = new Set(
      [...(only === undefined ? [] : [only]), ...ids.slice(-MAX_UNFOLDED)].map(fleet.find),
    );
    const wanted = answer?.isStale ? [] : (answer?.services ?? []).filter((each) => keys.has(toKey(each)));
    const found = await Promise.all(
      wanted.map((each) => reads.read(each.name, (signal) => readServices(each.name, options, { signal }))),
    );
    return found.flatMap((view) => (view.isStale ? [] : view.services));
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, intervalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  const displayOptions = {
    interval: toDurationText(intervalMs),
    bell,
    toTitle: () => (answer === undefined ? "connecting …" : describeAge(answer, Date.now())),
    onFold(changed: Choices["folds"]) {
      folds = changed;
      wake();
    },
  };
  return watchUntilQuit(io, displayOptions, async (display, quitting) => {
    quitting.addEventListener("abort", () => {
      reads.close();
      wake();
    });
    while (!quitting.aborted) {
      answer = await read();
      const details = service === undefined ? await readUnfolded() : [];
      quitting.throwIfAborted();
      const changed = fleet.update(answer, details);
      display.show(fleet.views, 0, []);
      for (const { id, where, changes } of changed) display.show(fleet.views, id, changes, where);
      await pause();
    }
  });
}

/** `rules evaluated 4 s ago`, or what is missing. */
export function describeAge(view: FleetView, now: number): string {
  const { isStale, at, evaluatedAt, isRaw, problems } = view;
  const since = (moment: Date): string => toAgeText(now - moment.getTime());
  if (isStale) return `${since(at)} old, Prometheus does not answer`;
  if (view.services.length === 0) return "nothing is known";
  const age =
    evaluatedAt === undefined ? `read ${since(at)} ago` : `rules evaluated ${since(evaluatedAt)} ago`;
  const missing = problems.map((problem) => `incomplete: ${problem}`);
  const lacks = [...(isRaw ? ["without recording rules"] : []), ...describeAbsent(view)];
  return [age, ...lacks, ...missing].join("; ");
}

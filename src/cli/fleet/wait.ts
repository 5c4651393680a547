import { queryPrometheus } from "../../fleet/read/prometheus.ts";
import { judge, toRollout, toRolloutQuery, type Verdict } from "../../fleet/read/rollout.ts";
import { describeError } from "../../util/describe-error.ts";
import { toDurationText } from "../../util/duration-text.ts";
import { CliError } from "../cli-error.ts";
import { isOver } from "../client/deadline.ts";
import { repeatUntil } from "../client/repeat.ts";
import type { ExitStatus } from "../command.ts";
import type { Io } from "../io.ts";
import { createProgress } from "../terminal/progress.ts";
import type { Values } from "./labels.ts";
import { toReaderOptions } from "./source.ts";

const DEFAULT_INTERVAL_MS = 5_000;

/** `svc-status fleet wait`: polls until enough instances of a version are ready, or too many are RED. */
export async function waitForVersion(
  service: string | undefined,
  values: Values,
  io: Io,
): Promise<ExitStatus> {
  const { version, timeout: timeoutMs, grace: graceMs, interval: intervalMs = DEFAULT_INTERVAL_MS } = values;
  if (service === undefined) throw new CliError("wait needs a SERVICE");
  if (version === undefined) throw new CliError("wait needs --version");
  const share = parseShare(values.share);
  const options = toReaderOptions(values, io.env);
  const query = toRolloutQuery(options, { ...options.selector, [options.service]: service });
  const progress = createProgress(io.stderr);
  let last: Verdict | undefined;
  let isAnswered = false;
  let text = "no answer yet";
  let worseSince: number | undefined;

  async function look(signal: AbortSignal): Promise<boolean> {
    const result = await queryPrometheus(options.prometheus, query, { signal });
    if ("problem" in result) throw new Error(result.problem);
    if (result.partial !== undefined) throw new Error(`the answer is partial: ${result.partial}`);
    const rollout = toRollout(result.series);
    if (rollout.sampledAt === undefined) throw new Error("Prometheus has no instance of it");
    if (rollout.sampledAt.getTime() < Date.now() - options.maxAgeMs)
      throw new Error(`no instance was scraped within ${toDurationText(options.maxAgeMs)}`);
    last = judge(rollout, version ?? "", last);
    isAnswered = true;
    text = describe(last, rollout.targets);
    if (!last.isWorse) worseSince = undefined;
    else worseSince ??= performance.now();
    if (worseSince !== undefined && performance.now() - worseSince >= graceMs)
      throw new CliError(`${version} is worse than the other versions of ${service}: ${text}`, {
        exitStatus: 2,
      });
    return last.ready >= share;
  }

  async function attempt(signal: AbortSignal): Promise<boolean> {
    try {
      return await look(signal);
    } catch (error) {
      io.signal.throwIfAborted();
      if (error instanceof CliError) throw error;
      // The previous answer counts.
      if (isOver(signal)) return false;
      // An answer that was cut short or is missing proves nothing: neither ready nor worse.
      text = describeError(signal.reason ?? error);
      isAnswered = false;
      worseSince = undefined;
      return false;
    } finally {
      progress.show(`waiting for ${service} ${version}: ${text}`);
    }
  }

  try {
    if (await repeatUntil({ timeoutMs, intervalMs, signal: io.signal }, attempt)) return 0;
  } finally {
    progress.stop();
  }
  throw new CliError(`not ${values.share} of ${service} within ${toDurationText(timeoutMs)}: ${text}`, {
    exitStatus: isAnswered ? toExit(last) : 3,
  });
}

function toExit(last: Verdict | undefined): ExitStatus {
  return last !== undefined && last.counts.red > 0 ? 2 : 1;
}

function describe({ counts, ready, otherRed }: Verdict, targets: number): string {
  const red = counts.red > 0 ? `, ${counts.red} RED` : "";
  const others = otherRed === undefined || otherRed === 0 ? "" : `; ${toPercent(otherRed)} of the others RED`;
  return `${counts.ready} of ${targets} ready (${toPercent(ready)})${red}${others}`;
}

function toPercent(ratio: number): string {
  return `${Math.floor(ratio * 100)}%`;
}

function parseShare(text: string): number {
  const [, number = ""] = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text) ?? [];
  const percent = Number(number);
  if (number !== "" && percent > 0 && percent <= 100) return percent / 100;
  throw new CliError(`--share: expected more than 0% and at most 100%, got ${JSON.stringify(text)}`);
}

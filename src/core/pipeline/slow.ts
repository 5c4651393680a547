import { toDetailText } from "../detail-text.ts";
import { mapAnswer, type Outcome, type RunHandler } from "../outcome.ts";
import { OK, YELLOW } from "../state.ts";
import { deriveStatus } from "../status-json.ts";

/** An OK that took longer than `slowAfterMs` becomes YELLOW: it works, but needs attention. */
export function withSlowness(run: RunHandler, slowAfterMs: number | undefined): RunHandler {
  return slowAfterMs === undefined ? run : mapAnswer(run, judge);

  function judge(outcome: Outcome): Outcome {
    const { status, durationMs } = outcome;
    if (slowAfterMs === undefined || status.state !== OK || durationMs <= slowAfterMs) return outcome;
    const took = `took ${Math.ceil(durationMs)} ms, more than ${slowAfterMs} ms`;
    const detail = toDetailText(status);
    return {
      ...outcome,
      status: deriveStatus(status, YELLOW, detail === "" ? took : `${took}: ${detail}`),
      reason: "slow",
    };
  }
}

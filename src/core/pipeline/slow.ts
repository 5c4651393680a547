import { toDetailText } from "../detail-text.ts";
import { type Ask, mapAnswer, type Outcome } from "../outcome.ts";
import { OK, YELLOW } from "../state.ts";
import { deriveStatus } from "../status-json.ts";

/** An OK that took longer than `slowAfterMs` becomes YELLOW: it works, but needs attention. */
export function withSlowness(ask: Ask, slowAfterMs: number | undefined): Ask {
  return slowAfterMs === undefined ? ask : mapAnswer(ask, judge);

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

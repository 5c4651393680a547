import { expect } from "vitest";
import { type MonitoringTarget, startMonitoring } from "./fleet-monitoring.ts";
import { startVictoria } from "./fleet-victoria.ts";

/** What the fleet is read from, started with the recording rules. */
export interface Engine {
  readonly url: string;
  /** Looks after each evaluation of all rules until nothing is missing, and fails after this number of them. */
  until(evaluations: number, look: () => Promise<void>): Promise<void>;
  /** Sends a signal to the program that answers queries. */
  signal(signal: NodeJS.Signals): void;
  restart(whileDown: () => Promise<void>): Promise<void>;
}

interface EngineKind {
  readonly programs: readonly string[];
  /** The number of evaluations after which a cause is known, at most. */
  readonly evaluations: number;
  start(targets: readonly MonitoringTarget[]): Promise<Engine>;
}

const EVALUATION = { timeout: 30_000, interval: 50 };

/** Every engine that the system tests read a fleet from, by name. */
export const ENGINES: Readonly<Record<"Prometheus" | "VictoriaMetrics", EngineKind>> = {
  Prometheus: {
    programs: ["prometheus", "prometheus-alertmanager"],
    evaluations: 2,
    async start(targets) {
      const { prometheus, countEvaluations, signalPrometheus, restartPrometheus } =
        await startMonitoring(targets);
      const count = countEvaluations;
      return toEngine(prometheus, { count, signal: signalPrometheus, restart: restartPrometheus });
    },
  },
  // Each of the 20 levels of the rules sees the one before only after it was written: one evaluation or two.
  VictoriaMetrics: {
    programs: ["victoria-metrics", "vmalert"],
    evaluations: 40,
    async start(targets) {
      const { port, countEvaluations, signalDatabase, restartDatabase } = await startVictoria(targets);
      const count = countEvaluations;
      return toEngine(port, { count, signal: signalDatabase, restart: restartDatabase });
    },
  },
};

function toEngine(
  port: number,
  { count, signal, restart }: Pick<Engine, "signal" | "restart"> & { readonly count: () => Promise<number> },
): Engine {
  return {
    url: `http://127.0.0.1:${port}`,
    signal,
    restart,
    async until(evaluations, look) {
      const first = await count();
      for (let done = 0; ; ) {
        await expect.poll(count, EVALUATION).toBeGreaterThan(first + done);
        done = (await count()) - first;
        try {
          return await look();
        } catch (error) {
          if (done >= evaluations) throw error;
        }
      }
    },
  };
}

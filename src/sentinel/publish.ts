import type { Change } from "../core/change.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { getRegistrySeams } from "../core/seams.ts";
import { createTrouble } from "../util/trouble.ts";
import { toSentChange } from "../wire/sent-change.ts";
import { createDifferences } from "./differences.ts";
import type { SentNews, SentReport, ToSentinel } from "./protocol.ts";

export interface PublishSetup {
  readonly registry: StatusRegistry;
  readonly publishMs: number;
  readonly send: (message: ToSentinel) => void;
  readonly onRound: () => void;
}

export interface Publisher {
  /** Publishes the pending changes. Call it on each beat. */
  flush(): void;
  /** Publishes all known data again, for a restarted thread. */
  repeat(): void;
  stop(): void;
}

/**
 * Runs the handlers regularly and publishes the differences. A handler that takes longer than `publishMs` is
 * published with its last known result. The first change of a state is published at once, because the main
 * thread may be blocked right after it. Further changes wait for the next beat, to limit the number of
 * messages. The timers do not keep the process alive.
 */
export function startPublishing({ registry, publishMs, send, onRound }: PublishSetup): Publisher {
  const { getKnownReport } = getRegistrySeams(registry);
  const differences = createDifferences(registry);
  const trouble = createTrouble({
    event: "sentinel-publish",
    what: "publishing a report to the sentinel failed",
    recovery: "publishing reports to the sentinel works again",
    getLogger: () => registry.logger,
  });
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let waiting: SentNews[] = [];
  let mustWait = false;

  async function publish(): Promise<void> {
    try {
      const { entries } = await getKnownReport(publishMs);
      if (isStopped) return;
      flush();
      sendIfAny(differences.update(entries));
      onRound();
      trouble.worked();
    } catch (error) {
      trouble.failed(error);
    }
    if (!isStopped) timer = setTimeout(publish, publishMs).unref();
  }

  function publishChange(change: Change): void {
    const { name } = change;
    const remembered = registry.history(name).length;
    waiting.push({ change: toSentChange(change), counts: registry.changeCounts(name), remembered });
    if (!mustWait) flush();
  }

  function sendIfAny(report: SentReport | undefined): void {
    if (report !== undefined) send(report);
  }

  function flush(): void {
    mustWait = waiting.length > 0;
    if (waiting.length === 0) return;
    send({ kind: "news", news: waiting });
    waiting = [];
  }

  const stopListening = registry.on("change", publishChange);
  void publish();

  return {
    flush,
    repeat() {
      const report = differences.repeat();
      // The histories already include the pending changes.
      if (report !== undefined) waiting = [];
      sendIfAny(report);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      stopListening();
    },
  };
}

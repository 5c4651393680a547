import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { toNodeHandler } from "../adapters/common/node-http.ts";
import { createProbe } from "../core/probe.ts";
import { getProbeSeams } from "../core/seams.ts";
import { createViews } from "../http/create-views.ts";
import { parseTarget } from "../http/target.ts";
import type { LogFields, Logger } from "../util/logger.ts";
import { dispatch, type Receivers } from "../wire/dispatch.ts";
import { BEAT_MS, openCounters, processNow } from "./counters.ts";
import { endWedgedProcess } from "./end-wedged.ts";
import { createForwarder } from "./forward.ts";
import { type OwnEntries, toOwnEntries } from "./own-entries.ts";
import { isThreadData, type ThreadData, type ToMain, type ToSentinel } from "./protocol.ts";
import { createReplica } from "./replica.ts";
import { shareProbe } from "./share-probe.ts";
import { openSharedText } from "./shared-text.ts";
import { watchMainThread } from "./watch.ts";

/** Longer than the interval of load balancers and Prometheus, so that their connections stay open. */
const KEEP_ALIVE_MS = 65_000;

// This file is the sentinel's thread. It does nothing if it is imported elsewhere.
if (parentPort !== null && isThreadData(workerData)) runSentinel(parentPort, workerData);

function runSentinel(main: MessagePort, data: ThreadData): void {
  const { port, host, views, publishMs, wedgedAfterMs, exitAfterMs } = data;
  const counters = openCounters(data.counters);
  const watch = watchMainThread({ counters, monotonicNow: processNow });
  const probe = createProbe({ logger: createLogger(send) });
  getProbeSeams(probe).identity = data.identity;
  let hasPublished = false;

  const { apply } = shareProbe({
    probe,
    text: openSharedText(data.probe, "sentinel"),
    onOwnChange: () => send({ kind: "probe" }),
  });
  const { registry, applyReport, applyNews } = createReplica({
    logger: createLogger(send),
    getOwn,
    getReportedAt: () => Date.now() - watch.reportAgeMs,
  });
  const receivers: Receivers<ToSentinel> = {
    report(report) {
      hasPublished = true;
      applyReport(report);
    },
    news: ({ news }) => news.forEach(applyNews),
    probe: apply,
  };

  function send(message: ToMain): void {
    main.postMessage(message);
  }

  function getOwn(isTaken: (name: string) => boolean): OwnEntries {
    const { silenceMs, reportAgeMs } = watch;
    const facts = { silenceMs, reportAgeMs, hasPublished, publishMs, wedgedAfterMs, now: Date.now() };
    return toOwnEntries(facts, isTaken);
  }

  /** Adds an `Age` header with the report's age, like a cache (RFC 9111, 5.1). */
  function setAge(response: ServerResponse, target: string): void {
    const path = parseTarget(target)?.path;
    const reportPath = views.svcStatus?.path;
    const isReport = reportPath !== undefined && (path === reportPath || path?.startsWith(`${reportPath}.`));
    if (hasPublished && isReport) response.setHeader("Age", Math.floor(watch.reportAgeMs / 1_000));
  }

  function look(): void {
    counters.tick();
    watch.look();
    const { silenceMs } = watch;
    if (exitAfterMs === undefined || silenceMs < exitAfterMs) return;
    clearInterval(looking);
    void endWedgedProcess(`main thread wedged for ${Math.floor(silenceMs / 1_000)} s`);
  }

  const looking = setInterval(look, BEAT_MS);
  main.on("message", (message: ToSentinel) => dispatch(message, receivers));
  getProbeSeams(probe).answered.add(createForwarder(counters, send));

  const answer = toNodeHandler(createViews({ ...views, registry, probe }));
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    setAge(response, request.url ?? "");
    answer(request, response);
  });
  server.on("error", ({ message, code }: NodeJS.ErrnoException) => send({ kind: "failed", message, code }));
  server.listen({ port, ...(host !== undefined && { host }) }, () =>
    send({ kind: "listening", address: server.address() as AddressInfo }),
  );
}

/** A structured logger, so that the main thread gets the event of each line. */
function createLogger(send: (message: ToMain) => void): Logger {
  const writeAt =
    (level: keyof Logger) =>
    ({ event }: LogFields, message: string): void =>
      send({ kind: "log", level, event, message });
  const isStructured = (): void => {};
  return {
    info: writeAt("info"),
    warn: writeAt("warn"),
    error: writeAt("error"),
    child: isStructured,
    bindings: isStructured,
  } as unknown as Logger;
}

import type { AddressInfo } from "node:net";
import { findIdentity } from "../core/identity.ts";
import { toSettingText } from "../core/probe-setting.ts";
import { getProbeSeams, setReadinessRule } from "../core/seams.ts";
import { emitProbeAnswered } from "../http/observe.ts";
import { log } from "../util/logger.ts";
import { hideSecrets } from "../util/redact/hide-secrets.ts";
import { logOrWarn } from "../util/trouble.ts";
import { BEAT_MS, createCountersBuffer, openCounters } from "./counters.ts";
import { expectThread, findThread } from "./find-thread.ts";
import { toProbeAnswered } from "./forward.ts";
import { resolveSentinelOptions, type SentinelOptions } from "./options.ts";
import { startPublishing } from "./publish.ts";
import { shareProbe } from "./share-probe.ts";
import { createSharedTextBuffer, openSharedText } from "./shared-text.ts";
import { keepThread } from "./thread.ts";

/** A thread that responds on behalf of this process. */
export interface Sentinel {
  /** The address that it listens on. */
  readonly address: AddressInfo;
  /** Ends the thread. */
  close(): Promise<void>;
}

/**
 * Starts a thread with a separate server, which responds even while the main thread is busy. It serves the
 * current probe, the Kubernetes health endpoints, and the last report that the main thread published. It does
 * not keep the process alive.
 *
 * @example
 * const sentinel = await startSentinel({ port: 8081 });
 * @throws TypeError for invalid options. Rejects if the port is in use.
 */
export async function startSentinel(options: SentinelOptions): Promise<Sentinel> {
  const { registry, probe, workerUrl, rule, data } = resolveSentinelOptions(options);
  if (rule !== undefined) setReadinessRule(registry, rule);
  const url = expectThread(workerUrl ?? findThread());
  const assets = { ...(await import("../http/page/assets.ts")) };
  const countersBuffer = createCountersBuffer();
  const probeBuffer = createSharedTextBuffer();
  const counters = openCounters(countersBuffer);
  const text = openSharedText(probeBuffer, "main");
  text.write(toSettingText(getProbeSeams(probe).getSetting()), probe.since.getTime());

  const thread = keepThread({
    url,
    data: {
      ...data,
      counters: countersBuffer,
      probe: probeBuffer,
      identity: findIdentity(probe),
      assets,
    },
    getTicks: () => counters.ticks,
    receivers: {
      probe: () => shared.apply(),
      probeAnswered: (answer) => emitProbeAnswered(probe, toProbeAnswered(answer)),
      log({ level, event, message }) {
        const line = hideSecrets(message);
        if (level === "error") logOrWarn(registry.logger, event, line);
        else log(registry.logger, level, event, line);
      },
    },
    onRestart: () => publisher.repeat(),
    getLogger: () => registry.logger,
  });
  const shared = shareProbe({ probe, text, onOwnChange: () => thread.send({ kind: "probe" }) });
  const publisher = startPublishing({
    registry,
    publishMs: data.publishMs,
    send: thread.send,
    onRound: counters.endRound,
  });
  const beating = setInterval(beat, BEAT_MS).unref();

  function beat(): void {
    counters.beat();
    thread.look();
    publisher.flush();
  }

  async function close(): Promise<void> {
    shared.stop();
    publisher.stop();
    clearInterval(beating);
    await thread.close();
  }

  try {
    return { address: await thread.listening, close };
  } catch (error) {
    await close();
    throw error;
  }
}

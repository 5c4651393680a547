/// <reference lib="esnext.disposable" preserve="true" />
import { findIdentity } from "../core/identity.ts";
import { defaultProbe } from "../core/probe.ts";
import type { Availability, Period, RecordedChange } from "../core/recorded-past.ts";
import type { HandlerRecords } from "../core/registry/records.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { PastRecord } from "../core/registry/track.ts";
import { getRegistrySeams } from "../core/seams.ts";
import { failExpectation } from "../options/expect.ts";
import { type Logger, log } from "../util/logger.ts";
import { settleWithin } from "../util/settle-within.ts";
import { createTrouble } from "../util/trouble.ts";
import type { Past } from "./find-past.ts";
import { createJournal, type Journal } from "./journal.ts";
import { type Line, toChangeLine, toProbeLine, type Writer } from "./lines.ts";
import { HEARTBEAT_MS, HOST, PROCESS_ID } from "./liveness.ts";
import { createOpener } from "./opener.ts";
import { type RecorderOptions, type ResolvedRecorderOptions, resolveRecorderOptions } from "./options.ts";
import { type HistoryRange, toEventsQuery, toPeriod } from "./ranges.ts";
import type { OnDamage } from "./read-segment.ts";
import { createReader } from "./reader.ts";
import { createShownDetails } from "./shown-details.ts";
import { createStates } from "./states.ts";
import { toPastRecords } from "./to-past-records.ts";

export type { Availability, Period, RecordedChange } from "../core/recorded-past.ts";
export type { RecorderOptions } from "./options.ts";
export type { HistoryRange } from "./ranges.ts";
export { RecorderBusyError } from "./reader.ts";

/** A running recording. */
export interface StatusRecorder {
  /**
   * Resolves when the earlier records have been read and the registry continues them, or when that has
   * failed. It never rejects, and you need not wait for it.
   */
  readonly ready: Promise<void>;
  /**
   * The recorded changes of a handler, oldest first, of all processes that share the folder. Rejects with a TypeError
   * for an invalid range, with `RecorderBusyError` if ten reads are waiting, and with an error of the file system.
   */
  history(name: string, range?: HistoryRange): Promise<readonly RecordedChange[]>;
  /**
   * The share of time in each state, and the share that was not recorded: before the first start, after a
   * crash until the next start, and while the process was stopped. Default: the last 24 hours. Rejects as
   * `history` does.
   */
  availability(name: string, period?: Partial<Period>): Promise<Availability>;
  /** Resolves when all changes so far are written, or when writing has failed. */
  flush(): Promise<void>;
  /** Writes the remaining changes and stops recording. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Maximum number of damaged files to log. */
const MAX_DAMAGES = 10;

/** Maximum time that a read waits until the latest changes are written. */
const FLUSH_WITHIN_MS = 1_000;

/**
 * Records in a folder each change of a registry's handlers and of the probe, and each start and end of the
 * process. Continues the records of earlier processes there: `since`, the history and the counts of changes.
 * The state of the probe is never restored. No call waits for the disk. If writing fails, that is logged
 * once, and again when it works; meanwhile, up to 1 MB of changes wait in memory.
 *
 * @example
 * const recorder = recordStatus(defaultRegistry, { directory: "/var/lib/orders/status", probe: defaultProbe });
 * @throws TypeError for invalid options, and for a registry that svc-status did not create.
 */
export function recordStatus(registry: StatusRegistry, options: RecorderOptions): StatusRecorder {
  const resolved = resolveRecorderOptions(options);
  const { clock, probe } = resolved;
  const seams = getRegistrySeams(registry);
  const { records } = seams;
  if (records === undefined) return failExpectation("registry", "a registry of svc-status", registry);
  const onDamage = createDamageLog(() => resolved.logger ?? registry.logger);
  const journal = createRecordingJournal({ registry, records, options: resolved, onDamage, onLost });
  const toShown = createShownDetails();
  const states = createStates({ registry, records, push: journal.push, clock });
  const past = createReader({
    directory: resolved.directory,
    onDamage,
    now: clock.now,
    flush: () => settleWithin(flush(), FLUSH_WITHIN_MS, { background: true }).catch(() => {}),
  });

  function onLost(changes: number): void {
    journal.push({ k: "lost", t: clock.now(), changes });
    states.forget(clock.now());
    states.update();
  }

  function startHeartbeat(): () => void {
    return clock.startTimer(HEARTBEAT_MS, beat, { background: true });
  }

  function beat(): void {
    cancelHeartbeat = startHeartbeat();
    states.update();
    journal.push({ t: clock.now() });
  }

  async function flush(): Promise<void> {
    states.update();
    await journal.flush();
  }

  function end(): void {
    states.update();
    journal.push({ k: "end", t: clock.now() });
    for (const stop of stops.splice(0)) stop();
    cancelHeartbeat();
    if (seams.recordedPast === past) seams.recordedPast = undefined;
  }

  /** At exit, the process does not wait for asynchronous work. */
  function endNow(): void {
    end();
    journal.exit();
  }

  let closing: Promise<void> | undefined;
  let cancelHeartbeat = startHeartbeat();
  journal.push({ k: "start", t: clock.now(), writer: toWriter(resolved) });
  const stops = [
    registry.on("change", (change) => {
      states.record(change);
      journal.pushLater(() => toChangeLine(change, toShown));
    }),
    ...(probe ? [probe.on("change", (change) => journal.push(toProbeLine(change, clock.now())))] : []),
    () => void process.off("exit", endNow),
  ];
  process.on("exit", endNow);
  seams.recordedPast = past;

  function close(): Promise<void> {
    if (closing === undefined) {
      end();
      closing = journal.close();
    }
    return closing;
  }

  return {
    ready: journal.flush(),
    async history(name, range) {
      const { events } = await past.getEvents(toEventsQuery(name, range, clock.now()));
      return events.filter((event) => event.kind === "change");
    },
    availability: async (name, period) => past.getAvailability(name, toPeriod(period, clock.now())),
    flush,
    close,
    [ASYNC_DISPOSE]: close,
  };
}

interface RecordingSetup {
  readonly registry: StatusRegistry;
  readonly records: HandlerRecords;
  readonly options: ResolvedRecorderOptions;
  readonly onDamage: OnDamage;
  readonly onLost: (changes: number) => void;
}

/** The journal that continues the records of an earlier process. */
function createRecordingJournal({ registry, records, options, onDamage, onLost }: RecordingSetup): Journal {
  const { logger, sync, clock } = options;
  const trouble = createTrouble({ ...TROUBLE, getLogger: () => logger ?? registry.logger, clock });
  const opener = createOpener({ ...options, onDamage, onPast: continuePast });
  const journal = createJournal({
    ...options,
    isSynced: sync === "batch",
    trouble,
    openSegment: opener.open,
    onWritten: opener.record,
    onLost,
  });

  function continuePast(past: Past | undefined): void {
    if (past === undefined) return;
    const pastRecords = toPastRecords(past);
    journal.amend((line) => toAmended(line, pastRecords));
    records.restore(pastRecords);
  }

  return journal;
}

function toWriter({ probe = defaultProbe, version }: ResolvedRecorderOptions): Writer {
  const { instance } = findIdentity(probe);
  return {
    id: PROCESS_ID,
    pid: process.pid,
    host: HOST,
    instance,
    ...(version !== undefined && { version }),
  };
}

/** Logs each kind of damage once per chain, because segments are renamed when a process continues them. */
function createDamageLog(getLogger: () => Logger | undefined): OnDamage {
  const logged = new Set<string>();
  return function logDamage({ chain, path }, damage) {
    const kind = `${chain} ${damage}`;
    if (logged.size === MAX_DAMAGES || logged.has(kind)) return;
    logged.add(kind);
    log(getLogger(), "warn", "recorder-damage", `history: ${path} ${damage}`);
  };
}

/** A first result that came before the earlier records were read is a change only if the state was different before. */
function toAmended(line: Line, past: ReadonlyMap<string, PastRecord>): Line {
  if (line.k !== "change" || line.from !== undefined) return line;
  const { t, name, to } = line;
  const from = past.get(name)?.state;
  if (from === undefined) return line;
  return from === to ? { k: "state", t, name, to } : { ...line, from };
}

const TROUBLE = {
  event: "recorder-failed",
  what: "recording the history failed, retrying",
  recovery: "the history is recorded again",
} as const;

// Older runtimes lack the symbol, and would use the key "undefined".
const ASYNC_DISPOSE: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

import { createListeners, type Listeners } from "../util/listeners.ts";
import { createTrouble } from "../util/trouble.ts";
import type { Draining, ProbeSetting } from "./probe-setting.ts";
import type { Held, Holds } from "./readiness/holds.ts";
import type { ReadinessRule, Standing } from "./readiness/rule.ts";
import type { RecordedPast } from "./recorded-past.ts";
import type { HandlerRecords } from "./registry/records.ts";
import type { Report } from "./report.ts";
import type { StatusRequest } from "./status-request.ts";

/**
 * Everything in a registry that the cluster, the sentinel and the views use beyond its public interface. An
 * application's own registry has none of these, and the defaults apply.
 */
export interface RegistrySeams {
  /**
   * Runs the handlers, but waits at most `waitMs`. A handler without a result by then is reported with its
   * last known entry, or as RED if it has none. Later calls do not wait for the same run again. Waiting does
   * not keep the process alive. Default: a report in the background, without that limit.
   *
   * @param names Default: all handlers.
   */
  getKnownReport(waitMs: number, names?: readonly string[]): Promise<Report>;
  /**
   * Runs the handlers now, even if they have results to reuse. Handlers that hang back off, and each handler
   * runs at most once per second for this. In a cluster: the handlers of this worker. Default: a report, for
   * which the registry decides what runs.
   *
   * @param names Default: all handlers. Rejects with UnknownHandlerError.
   */
  getFreshReport(names?: readonly string[]): Promise<Report>;
  /**
   * The data that is kept for a handler's name from registration to removal, even if the handler is replaced.
   * It is also an identity. Default: `undefined`, which does not distinguish a handler from a removed one
   * with the same name.
   */
  getRegistration(name: string): Registration | undefined;
  /** Whether `getRegistration` knows every handler, unless the registry is closed. Default: `false`. */
  readonly hasRegistrations: boolean;
  /**
   * Calls the listener with the name after each handler's first result and each change of its state. It
   * replaces the previous listener. Default: does nothing.
   */
  shareStandings(listener: (name: string) => void): void;
  /** Passes the standing that other processes have seen to the registry. Default: does nothing. */
  inheritStanding(name: string, others: Standing): void;
  /** The handlers that readiness holds. Default: `undefined`, which means unknown. */
  readonly holds: Holds | undefined;
  /** The public remark on a handler in the health endpoints. Default: the reason is withheld. */
  getRemark(name: string): string | undefined;
  /**
   * Reads and restores the records of the handlers. Default: `undefined`, which means that no recorder can be
   * added.
   */
  readonly records: HandlerRecords | undefined;
  /** The recorded past, while a recorder records this registry. */
  recordedPast: RecordedPast | undefined;
  /** The handlers are registered elsewhere and are added later. Default: `false`. */
  readonly isReplica: boolean;
}

/** The data that is kept for a handler's name. */
export interface Registration {
  /** Read it each time, because its durations are relative to now. */
  readonly standing: Standing;
  /** Whether the handler has had a result here. Missing in a replica. */
  readonly isKnown?: boolean;
}

/**
 * Everything in a probe that the drain, the cluster, the sentinel and the views use beyond its public
 * interface. An application's own probe gets this, except `adoptSetting`, when it is first needed.
 */
export interface ProbeSeams {
  /** Called before each read and each change: another thread may have changed the body. */
  readonly sources: Listeners<void>;
  /** Called after each response with the probe's state, from any view. */
  readonly answered: Listeners<ProbeAnswered>;
  /** Called when the servers close, to end the streams of the views. Otherwise, a drain would wait for them. */
  readonly closing: Listeners<void>;
  /** Applies a setting from another thread or process, with the time of that change. */
  readonly adoptSetting: ((setting: ProbeSetting, since: Date) => void) | undefined;
  /** The body, and the reason for it. */
  readonly getSetting: () => ProbeSetting;
  /** Shows that the process is about to end. Call it before the decommissioning. */
  readonly setDraining: ((draining: Draining) => void) | undefined;
  /** The instance that this process belongs to. Default: the process itself. */
  identity: Identity | undefined;
  /** Other processes that serve the same address as this one, such as the workers of a cluster. */
  peers: Peers | undefined;
}

/** A client has requested the probe's state. */
export interface ProbeAnswered {
  readonly request: StatusRequest;
  /** The status code of the response: 200 if this instance should receive traffic. */
  readonly status: number;
}

/** An instance of a service: a process, or a cluster of processes. */
export interface Identity {
  readonly instance: string;
  readonly startedAt: Date;
}

export interface Peers {
  /** Announces that this process will leave. `true`: others keep serving, so no load balancer must notice. */
  leave(): Promise<boolean>;
  /** Limits every effect of `change` on the probe to this process. */
  alone(change: () => void): void;
}

/**
 * The seams are stored on the object itself, so that they live as long as it does and every copy of this
 * package finds them. Increase the number with every change that another copy would misinterpret.
 */
const SEAMS: unique symbol = Symbol.for("svc-status.seams.1");

/** Adds the seams of a registry of this package. */
export function addRegistrySeams(registry: ReportSource, seams: Partial<RegistrySeams>): void {
  attach(registry, { ...toDefaults(registry), ...seams });
}

export function getRegistrySeams(registry: ReportSource): RegistrySeams {
  return find<RegistrySeams>(registry) ?? toDefaults(registry);
}

/** Sets the rule by which readiness is served from this registry. The last call wins. */
export function setReadinessRule(registry: ReportSource, rule: ReadinessRule): void {
  read<RegistrySeams>(registry)?.seams.holds?.setRule(rule);
}

/**
 * The critical handlers that are RED but that readiness does not count. Empty if no readiness is served. A
 * registry that inherits from another one, or that of a cluster, shares its holds.
 */
export function getHeld(registry: ReportSource): Held {
  return read<RegistrySeams>(registry)?.seams.holds?.getHeld() ?? NOTHING_HELD;
}

const NOTHING_HELD: Held = new Map();

interface ReportSource {
  getReport(options: { readonly names?: readonly string[]; readonly background: true }): Promise<Report>;
}

function toDefaults(registry: ReportSource): RegistrySeams {
  return {
    getKnownReport: (_, names) => registry.getReport({ ...(names && { names }), background: true }),
    getFreshReport: (names) => registry.getReport({ ...(names && { names }), background: true }),
    getRegistration: () => undefined,
    hasRegistrations: false,
    shareStandings() {},
    inheritStanding() {},
    holds: undefined,
    getRemark: () => undefined,
    records: undefined,
    recordedPast: undefined,
    isReplica: false,
  };
}

/** Adds the seams of a probe of this package. */
export function addProbeSeams(probe: PublicProbe, own?: OwnProbeSeams): ProbeSeams {
  const seams: ProbeSeams = {
    sources: createListeners(failed),
    answered: createListeners(failed),
    closing: createListeners(failed),
    ...(own ?? { adoptSetting: undefined, setDraining: undefined, getSetting: () => toSetting(probe) }),
    peers: undefined,
    identity: undefined,
  };
  // A proxy passes on the seams of its target, and cannot have its own. A frozen probe of the application has
  // none: a drain then does not see its clients, and uses fixed times.
  return attach(probe, seams) ? seams : (read<ProbeSeams>(probe)?.seams ?? seams);
}

export function getProbeSeams(probe: PublicProbe): ProbeSeams {
  return find<ProbeSeams>(probe) ?? addProbeSeams(probe);
}

type OwnProbeSeams = Pick<ProbeSeams, "adoptSetting" | "getSetting" | "setDraining">;

/** The part of a probe that an application's own probe also has. */
interface PublicProbe {
  readonly body: string;
  readonly reason?: string | undefined;
  readonly until?: Date | undefined;
  readonly by?: string | undefined;
}

function toSetting({ body, reason, until, by }: PublicProbe): ProbeSetting {
  return {
    body,
    ...(reason !== undefined && { reason }),
    ...(until !== undefined && { until: until.getTime() }),
    ...(by !== undefined && { by }),
  };
}

const { failed } = createTrouble({
  event: "internal-part",
  what: "an internal part of svc-status failed",
  getLogger: () => undefined,
});

interface Attached<Seams> {
  readonly owner: object;
  readonly seams: Seams;
}

function attach(owner: object, seams: RegistrySeams | ProbeSeams): boolean {
  return Reflect.defineProperty(owner, SEAMS, { value: { owner, seams } });
}

/** An object that inherits from another one, or wraps it, has no seams, because it may respond differently. */
function find<Seams>(owner: object): Seams | undefined {
  const attached = read<Seams>(owner);
  return attached?.owner === owner ? attached.seams : undefined;
}

function read<Seams>(owner: object): Attached<Seams> | undefined {
  return (owner as { readonly [SEAMS]?: Attached<Seams> })[SEAMS];
}

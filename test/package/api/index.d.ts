// Exports: Change, ChangeCounts, ChangesOptions, Clock, Constructor, DecommissionOptions, Entry, GREEN, HandlerContext, HandlerInfo, HandlerOptions, Heartbeat, HeartbeatOptions, Logger, OK, ObservedChange, Probe, ProbeChange, ProbeOptions, ProbeState, RED, Reason, RegistryOptions, Report, ReportOptions, Scope, SettableState, State, StateHandler, StateHandlerMixin, Status, StatusFunction, StatusHandler, StatusProvider, StatusRegistry, UnknownHandlerError, WaitOptions, WithSettableState, YELLOW, addStatusHandler, check, createProbe, createStatusRegistry, defaultProbe, defaultRegistry, getReport, getStatus, heartbeat, isInState, removeStatusHandler, waitForStatus

export interface Change {
    readonly name: string;
    readonly from: State | undefined;
    readonly to: State;
    readonly reason?: Reason;
    readonly status: Status;
    readonly at: Date;
    readonly heldMs: number;
}

export type State = "OK" | "YELLOW" | "RED";

export type Reason = "reported" | "threw" | "timeout" | "hung" | "invalid" | "slow" | "stale" | "dependency";

export interface Status {
    readonly state: State;
    readonly detail?: string;
    readonly labels?: Readonly<Record<string, number>>;
    readonly [property: string]: unknown;
}

export type ChangeCounts = Readonly<Record<State, number>>;

export interface ChangesOptions {
    readonly signal?: AbortSignal;
}

export interface Clock {
    now(): number;
    monotonicNow(): number;
    random(): number;
    startTimer(delayMs: number, run: () => void, options?: {
        readonly background?: boolean;
    }): () => void;
}

export type Constructor = new (...args: never[]) => object;

export interface DecommissionOptions {
    readonly reason?: string;
    readonly until?: Date;
    readonly by?: string;
}

export interface Entry extends HandlerInfo {
    readonly name: string;
    readonly status: Status;
    readonly rawStatus: Status;
    readonly critical: boolean;
    readonly scope: Scope;
    readonly checkedAt: Date;
    readonly durationMs: number;
    readonly since: Date;
    readonly reason?: Reason;
    readonly dependsOn: readonly string[];
}

export interface HandlerInfo {
    readonly runbook?: string;
    readonly description?: string;
    readonly tags?: readonly string[];
    readonly upstream?: string;
}

export type Scope = "shared" | "instance" | "local";

export declare const GREEN: "OK";

export interface HandlerContext {
    readonly name: string;
    readonly signal: AbortSignal;
}

export interface HandlerOptions extends HandlerInfo {
    readonly critical?: boolean;
    readonly scope?: Scope;
    readonly timeoutMs?: number;
    readonly maxAgeMs?: number;
    readonly intervalMs?: number;
    readonly slowAfterMs?: number;
    readonly failAfter?: number;
    readonly recoverAfter?: number;
    readonly failForMs?: number;
    readonly recoverForMs?: number;
    readonly dependsOn?: readonly string[];
}

export interface Heartbeat {
    (): void;
    status(): Status;
}

export interface HeartbeatOptions {
    readonly maxSilenceMs: number;
    readonly clock?: Clock;
}

export interface Logger {
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
}

export declare const OK: "OK";

export interface ObservedChange extends Change {
    readonly missed?: number;
}

export interface Probe {
    readonly body: string;
    readonly commissioned: boolean;
    readonly since: Date;
    readonly state: ProbeState;
    readonly reason: string | undefined;
    readonly until: Date | undefined;
    readonly by: string | undefined;
    decommission(body?: string, options?: DecommissionOptions): void;
    commission(options?: Pick<DecommissionOptions, "by">): void;
    on(event: "change", listener: (change: ProbeChange) => void): () => void;
}

export type ProbeState = "in-service" | "decommissioned" | "draining";

export interface ProbeChange {
    readonly body: string;
    readonly commissioned: boolean;
    readonly state: ProbeState;
    readonly reason?: string;
    readonly until?: Date;
    readonly by?: string;
}

export interface ProbeOptions {
    readonly body?: string;
    readonly logger?: Logger;
}

export declare const RED: "RED";

export interface RegistryOptions {
    readonly logger?: Logger;
    readonly clock?: Clock;
    readonly historyLimit?: number;
}

export interface Report {
    readonly state: State;
    readonly at: Date;
    readonly entries: readonly Entry[];
}

export interface ReportOptions {
    readonly names?: readonly string[];
    readonly background?: boolean;
}

export interface SettableState {
    logger?: {
        info(message: string): void;
    };
    setState(state: State, properties?: Readonly<Record<string, unknown>>): void;
    readonly state: State | undefined;
    status(): Status;
}

export declare class StateHandler extends SettableStateBase {
}

declare const SettableStateBase: new () => SettableState;

export declare function StateHandlerMixin<Base extends Constructor>(base: Base): WithSettableState<Base>;

export type WithSettableState<Base extends Constructor> = {
    new (...args: ConstructorParameters<Base>): InstanceType<Base> & SettableState;
} & {
    [Member in keyof Base]: Base[Member];
};

export type StatusFunction = (context: HandlerContext) => Status | Promise<Status>;

export type StatusHandler = StatusFunction | StatusProvider;

export interface StatusProvider {
    status(context: HandlerContext): Status | Promise<Status>;
}

export interface StatusRegistry {
    logger: Logger | undefined;
    readonly names: readonly string[];
    readonly handlers: readonly HandlerDescription[];
    addStatusHandler(name: string, handler: StatusHandler, options?: HandlerOptions): void;
    removeStatusHandler(name: string): boolean;
    getStatus(name: string): Promise<Status>;
    isInState(name: string, state: State): Promise<boolean>;
    waitForStatus(name: string, state: State, options?: WaitOptions): Promise<boolean>;
    getReport(options?: ReportOptions): Promise<Report>;
    on(event: "change", listener: (change: Change) => void): () => void;
    changes(options?: ChangesOptions): AsyncIterable<ObservedChange>;
    history(name: string): readonly Change[];
    changeCounts(name: string): ChangeCounts;
    close(): void;
    [Symbol.dispose](): void;
}

export interface HandlerDescription {
    readonly name: string;
    readonly critical: boolean;
    readonly scope: Scope;
    readonly dependsOn: readonly string[];
}

export interface WaitOptions {
    readonly intervalMs?: number;
    readonly timeoutMs?: number;
    readonly throwOnUnknown?: boolean;
    readonly signal?: AbortSignal;
}

export declare class UnknownHandlerError extends Error {
    readonly code = "ERR_UNKNOWN_HANDLER";
    readonly handlerName: string;
    static [Symbol.hasInstance](value: unknown): boolean;
    constructor(handlerName: string);
}

export declare const YELLOW: "YELLOW";

export declare function addStatusHandler(name: string, handler: StatusHandler, options?: HandlerOptions): void;

export declare function check(run: (context: HandlerContext) => unknown): StatusFunction;

export declare function createProbe(options?: ProbeOptions): Probe;

export declare function createStatusRegistry(options?: RegistryOptions): StatusRegistry;

export declare const defaultProbe: Probe;

export declare const defaultRegistry: StatusRegistry;

export declare function getReport(options?: ReportOptions): Promise<Report>;

export declare function getStatus(name: string): Promise<Status>;

export declare function heartbeat(options: HeartbeatOptions): Heartbeat;

export declare function isInState(name: string, state: State): Promise<boolean>;

export declare function removeStatusHandler(name: string): boolean;

export declare function waitForStatus(name: string, state: State, options?: WaitOptions): Promise<boolean>;

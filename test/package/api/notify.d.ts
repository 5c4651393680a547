// Exports: Notifier, NotifyCommonOptions, NotifyOptions, NotifySendOptions, NotifyUrlOptions, Send, StatusNotification, notify

export interface Notifier {
    close(): void;
    [Symbol.dispose](): void;
}

export interface NotifyCommonOptions {
    readonly minState?: "YELLOW" | "RED";
    readonly repeatMs?: number;
    readonly timeoutMs?: number;
    readonly instance?: string;
    readonly clock?: Clock;
}

export interface Clock {
    now(): number;
    monotonicNow(): number;
    random(): number;
    startTimer(delayMs: number, run: () => void, options?: {
        readonly background?: boolean;
    }): () => void;
}

export type NotifyOptions = NotifyUrlOptions | NotifySendOptions;

export interface NotifyUrlOptions extends NotifyCommonOptions {
    readonly url: string | URL;
    readonly send?: undefined;
}

export interface NotifySendOptions extends NotifyCommonOptions {
    readonly send: Send;
    readonly url?: undefined;
}

export type Send = (notification: StatusNotification, context: {
    readonly signal: AbortSignal;
}) => unknown;

export interface StatusNotification {
    readonly text: string;
    readonly instance: string;
    readonly event: "change" | "reminder";
    readonly name: string;
    readonly from: State | null;
    readonly to: State;
    readonly reason?: Reason;
    readonly detail?: string;
    readonly at: string;
    readonly heldMs: number;
    readonly missed?: number;
}

export type State = "OK" | "YELLOW" | "RED";

export type Reason = "reported" | "threw" | "timeout" | "hung" | "invalid" | "slow" | "stale" | "dependency";

export declare function notify(registry: StatusRegistry, options: NotifyOptions): Notifier;

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

export interface Logger {
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
}

export interface HandlerDescription {
    readonly name: string;
    readonly critical: boolean;
    readonly scope: Scope;
    readonly dependsOn: readonly string[];
}

export type Scope = "shared" | "instance" | "local";

export type StatusHandler = StatusFunction | StatusProvider;

export type StatusFunction = (context: HandlerContext) => Status | Promise<Status>;

export interface HandlerContext {
    readonly name: string;
    readonly signal: AbortSignal;
}

export interface Status {
    readonly state: State;
    readonly detail?: string;
    readonly labels?: Readonly<Record<string, number>>;
    readonly [property: string]: unknown;
}

export interface StatusProvider {
    status(context: HandlerContext): Status | Promise<Status>;
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

export interface HandlerInfo {
    readonly runbook?: string;
    readonly description?: string;
    readonly tags?: readonly string[];
    readonly upstream?: string;
}

export interface WaitOptions {
    readonly intervalMs?: number;
    readonly timeoutMs?: number;
    readonly throwOnUnknown?: boolean;
    readonly signal?: AbortSignal;
}

export interface ReportOptions {
    readonly names?: readonly string[];
    readonly background?: boolean;
}

export interface Report {
    readonly state: State;
    readonly at: Date;
    readonly entries: readonly Entry[];
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

export interface Change {
    readonly name: string;
    readonly from: State | undefined;
    readonly to: State;
    readonly reason?: Reason;
    readonly status: Status;
    readonly at: Date;
    readonly heldMs: number;
}

export interface ChangesOptions {
    readonly signal?: AbortSignal;
}

export interface ObservedChange extends Change {
    readonly missed?: number;
}

export type ChangeCounts = Readonly<Record<State, number>>;

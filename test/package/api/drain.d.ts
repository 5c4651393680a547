// Exports: Drain, DrainOptions, DrainReport, DrainableServer, HookFailure, ProberReport, Rule, SignalDrain, SignalOptions, createDrain, describeDrain, drainOnSignals

export interface Drain {
    start(reason?: string): Promise<DrainReport>;
    dispose(): void;
}

export interface DrainReport {
    readonly reason: string;
    readonly endedBy: Rule;
    readonly waitMs: number;
    readonly closeMs: number;
    readonly hooksMs: number;
    readonly totalMs: number;
    readonly probers: readonly ProberReport[];
    readonly lastRequestMs?: number;
    readonly requestsServed: number;
    readonly requestsCut: number;
    readonly hookFailures: readonly HookFailure[];
}

export type Rule = "evidence" | "fallback" | "cap" | "fixed" | "deadline" | "peers";

export interface ProberReport {
    readonly id: string;
    readonly label: string;
    readonly intervalMs?: number;
    readonly refusals: number;
    readonly refusedWith?: number;
}

export interface HookFailure {
    readonly index: number;
    readonly message: string;
}

export interface DrainOptions {
    readonly probe?: Probe;
    readonly logger?: Logger;
    readonly redsSeen?: number;
    readonly quietMs?: number;
    readonly floorMs?: number;
    readonly capMs?: number;
    readonly fallbackMs?: number;
    readonly fixedMs?: number;
    readonly closeTimeoutMs?: number;
    readonly onClose?: readonly (() => unknown)[];
    readonly hooksTimeoutMs?: number;
    readonly deadlineMs?: number;
    readonly balancerIdleMs?: number;
    readonly proberId?: (request: StatusRequest) => string | undefined;
    readonly clock?: Clock;
}

export interface Probe {
    readonly body: string;
    readonly commissioned: boolean;
    readonly since: Date;
    decommission(body?: string): void;
    commission(): void;
    on(event: "change", listener: (change: ProbeChange) => void): () => void;
}

export interface ProbeChange {
    readonly body: string;
    readonly commissioned: boolean;
}

export interface Logger {
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
}

export interface StatusRequest {
    readonly method: string;
    readonly target: string;
    readonly remoteAddress: string | undefined;
    header(name: string): string | undefined;
    readonly raw: unknown;
}

export interface Clock {
    now(): number;
    monotonicNow(): number;
    random(): number;
    startTimer(delayMs: number, run: () => void, options?: {
        readonly background?: boolean;
    }): () => void;
}

export type DrainableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

export interface SignalDrain extends Drain {
    dispose(): void;
}

export interface SignalOptions extends DrainOptions {
    readonly signals?: readonly NodeJS.Signals[];
    readonly exit?: "signal" | "zero" | "none";
}

export declare function createDrain(servers: DrainableServer | readonly DrainableServer[], options?: DrainOptions): Drain;

export declare function describeDrain(report: DrainReport): string;

export declare function drainOnSignals(servers: DrainableServer | readonly DrainableServer[], options?: SignalOptions): SignalDrain;

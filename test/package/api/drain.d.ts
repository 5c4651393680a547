// Exports: Drain, DrainContext, DrainHook, DrainHooks, DrainOptions, DrainReport, DrainableServer, HookFailure, ProberReport, Rule, SignalDrain, SignalOptions, createDrain, describeDrain, drainOnSignals

export interface Drain {
    start(reason?: string): Promise<DrainReport>;
    add(hooks: DrainHooks): () => void;
    dispose(): void;
}

export interface DrainReport {
    readonly reason: string;
    readonly ok: boolean;
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
    readonly phase: "onLeave" | "onClose";
    readonly index: number;
    readonly message: string;
}

export interface DrainHooks {
    readonly onLeave?: DrainHook;
    readonly onClose?: DrainHook;
}

export type DrainHook = (context: DrainContext) => unknown;

export interface DrainContext {
    readonly reason: string;
    readonly signal: AbortSignal;
    readonly deadlineAt: number;
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
    readonly onLeave?: readonly DrainHook[];
    readonly onClose?: readonly DrainHook[];
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

// Exports: EventLoopCheck, EventLoopOptions, eventLoop

export interface EventLoopCheck extends StatusProvider {
    close(): void;
}

export interface StatusProvider {
    status(context: HandlerContext): Status | Promise<Status>;
}

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

export type State = "OK" | "YELLOW" | "RED";

export interface EventLoopOptions {
    readonly windowMs?: number;
    readonly percentile?: number;
    readonly warnDelayMs?: number;
    readonly maxDelayMs?: number;
    readonly warnUtilisation?: number;
    readonly maxUtilisation?: number;
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

export declare function eventLoop(options?: EventLoopOptions): EventLoopCheck;

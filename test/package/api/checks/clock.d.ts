// Exports: ClockOptions, clock

export interface ClockOptions {
    readonly warnDriftMs?: number;
    readonly maxDriftMs?: number;
    readonly windowMs?: number;
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

export declare function clock(options?: ClockOptions): StatusFunction;

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

export type State = "OK" | "YELLOW" | "RED";

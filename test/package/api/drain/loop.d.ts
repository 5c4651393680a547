// Exports: LoopContext, LoopJob, LoopOptions, loop

export interface LoopContext {
    readonly signal: AbortSignal;
}

export type LoopJob = (context: LoopContext) => unknown;

export interface LoopOptions extends ResumableOptions {
    readonly pauseMs?: number;
    readonly onError?: (error: unknown) => void;
    readonly clock?: Clock;
}

export interface ResumableOptions extends ConsumerOptions {
    readonly onDecommission?: boolean;
}

export interface ConsumerOptions {
    readonly name?: string;
    readonly progress?: {
        done(): void;
    };
}

export interface Clock {
    now(): number;
    monotonicNow(): number;
    random(): number;
    startTimer(delayMs: number, run: () => void, options?: {
        readonly background?: boolean;
    }): () => void;
}

export declare function loop(job: LoopJob, options?: LoopOptions): Consumer;

export interface Consumer {
    readonly name: string;
    stop(context: DrainContext): unknown;
    finish(context: DrainContext): unknown;
    resume?(): unknown;
    readonly onDecommission?: boolean;
}

export interface DrainContext {
    readonly reason: string;
    readonly signal: AbortSignal;
    readonly deadlineAt: number;
}

// Exports: BullMqWorker, bullmq

export interface BullMqWorker {
    readonly name: string;
    pause(doNotWaitActive?: boolean): Promise<void>;
    resume(): void;
    close(force?: boolean): Promise<void>;
    on(event: never, listener: never): unknown;
}

export declare function bullmq(worker: BullMqWorker, options?: ResumableOptions): Consumer;

export interface ResumableOptions extends ConsumerOptions {
    readonly onDecommission?: boolean;
}

export interface ConsumerOptions {
    readonly name?: string;
    readonly progress?: {
        done(): void;
    };
}

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

// Exports: KafkaConsumer, kafka

export interface KafkaConsumer {
    stop?(): Promise<void>;
    disconnect(): Promise<void>;
    readonly events?: {
        readonly END_BATCH_PROCESS: string;
    };
    on?(event: never, listener: never): unknown;
}

export declare function kafka(consumer: KafkaConsumer, options?: ConsumerOptions): Consumer;

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

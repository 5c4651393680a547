// Exports: AmqpChannel, AmqpOptions, amqp

export interface AmqpChannel<Message> {
    cancel(consumerTag: string): unknown;
    nack(message: Message, allUpTo?: boolean, requeue?: boolean): unknown;
}

export interface AmqpOptions<Message> extends Pick<ConsumerOptions, "name"> {
    readonly pending: Set<Message>;
    readonly clock?: Clock;
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

export declare function amqp<Message>(channel: AmqpChannel<Message>, consumerTag: string, options: AmqpOptions<Message>): Consumer;

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

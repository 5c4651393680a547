// Exports: NatsMessage, NatsMessages, NatsOptions, NatsSubscription, nats

export interface NatsMessage {
    nak(): void;
}

export interface NatsMessages {
    close(): Promise<unknown>;
}

export interface NatsOptions extends Pick<ConsumerOptions, "name"> {
    readonly pending?: Set<NatsMessage>;
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

export interface NatsSubscription {
    drain(): Promise<void>;
    readonly closed: Promise<unknown>;
    getProcessed(): number;
    getPending(): number;
}

export declare function nats(subscription: NatsSubscription | NatsMessages, options?: NatsOptions): Consumer;

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

// Exports: NatsConnection, NatsConsumer, NatsOptions, nats

export interface NatsConnection {
    rtt(): Promise<number>;
}

export interface NatsConsumer {
    info(): Promise<{
        readonly num_pending: number;
    }>;
}

export interface NatsOptions {
    readonly consumer?: NatsConsumer;
    readonly warnPending?: number;
    readonly maxPending?: number;
}

export declare function nats(connection: NatsConnection, options?: NatsOptions): StatusFunction;

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

// Exports: RabbitmqChannel, RabbitmqConnection, RabbitmqOptions, rabbitmq

export interface RabbitmqChannel {
    checkQueue(queue: string): Promise<{
        readonly messageCount: number;
        readonly consumerCount: number;
    }>;
    close(): Promise<unknown>;
    on(event: "error", listener: (error: Error) => void): unknown;
}

export interface RabbitmqConnection {
    createChannel(): Promise<RabbitmqChannel>;
}

export interface RabbitmqOptions {
    readonly queue?: string;
    readonly warnMessages?: number;
    readonly maxMessages?: number;
    readonly minConsumers?: number;
}

export declare function rabbitmq(connection: RabbitmqConnection | (() => RabbitmqConnection | undefined), options?: RabbitmqOptions): StatusFunction;

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

// Exports: RedisClient, RedisOptions, redis

export interface RedisClient {
    ping(): Promise<unknown>;
    info?(section: string): Promise<unknown>;
}

export interface RedisOptions {
    readonly warnMemoryRatio?: number;
    readonly maxMemoryRatio?: number;
    readonly replicaLink?: boolean;
}

export declare function redis(client: RedisClient, options?: RedisOptions): StatusFunction;

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

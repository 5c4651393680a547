// Exports: MemcachedClient, MemcachedOptions, memcached

export interface MemcachedClient {
    stats(callback: (error: unknown, ...results: unknown[]) => void): void;
    readonly servers?: readonly unknown[];
}

export interface MemcachedOptions {
    readonly warnMemoryRatio?: number;
    readonly maxMemoryRatio?: number;
}

export declare function memcached(client: MemcachedClient, options?: MemcachedOptions): StatusFunction;

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

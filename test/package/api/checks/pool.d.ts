// Exports: PoolNumbers, PoolOptions, pool

export interface PoolNumbers {
    readonly used?: () => number;
    readonly size?: () => number;
    readonly waiting?: () => number;
}

export interface PoolOptions {
    readonly warnUsedRatio?: number;
    readonly maxUsedRatio?: number;
    readonly warnWaiting?: number;
    readonly maxWaiting?: number;
}

export declare function pool(numbers: PoolNumbers, options?: PoolOptions): StatusFunction;

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

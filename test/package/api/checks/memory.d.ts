// Exports: MemoryOptions, memory

export interface MemoryOptions {
    readonly warnUsedRatio?: number;
    readonly maxUsedRatio?: number;
    readonly warnHeapRatio?: number;
    readonly maxHeapRatio?: number;
}

export declare function memory(options?: MemoryOptions): StatusFunction;

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

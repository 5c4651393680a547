// Exports: DiskOptions, disk

export interface DiskOptions {
    readonly warnUsedRatio?: number;
    readonly maxUsedRatio?: number;
    readonly warnFreeBytes?: number;
    readonly minFreeBytes?: number;
    readonly warnUsedInodeRatio?: number;
    readonly maxUsedInodeRatio?: number;
}

export declare function disk(path: string, options?: DiskOptions): StatusFunction;

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

// Exports: FileAgeOptions, fileAge

export interface FileAgeOptions {
    readonly maxAgeMs: number;
    readonly warnAgeMs?: number;
    readonly minBytes?: number;
}

export declare function fileAge(path: string, options: FileAgeOptions): StatusFunction;

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

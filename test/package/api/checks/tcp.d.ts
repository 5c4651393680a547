// Exports: TcpOptions, tcp

export interface TcpOptions {
    readonly warnLatencyMs?: number;
    readonly maxLatencyMs?: number;
}

export declare function tcp(target: string, options?: TcpOptions): StatusFunction;

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

// Exports: HttpOptions, http

export interface HttpOptions {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly expectedStatus?: number | readonly number[] | ((status: number) => boolean);
    readonly expectedBody?: string | ((body: string) => boolean);
    readonly expectedJson?: Readonly<Record<string, string | number | boolean | null>>;
    readonly report?: ServiceReport;
    readonly upstream?: string;
    readonly redirect?: "manual" | "follow";
    readonly warnLatencyMs?: number;
    readonly maxLatencyMs?: number;
    readonly maxBodyBytes?: number;
    readonly fetch?: typeof globalThis.fetch;
}

export type ServiceReport = "svc-status" | "health+json";

export declare function http(url: string | URL, options?: HttpOptions): StatusFunction;

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

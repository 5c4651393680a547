// Exports: PgClient, PostgresJsClient, PostgresOptions, postgres

export interface PgClient {
    query(sql: string): PromiseLike<{
        readonly rows: readonly unknown[];
    }>;
    readonly waitingCount?: number;
}

export interface PostgresJsClient {
    unsafe(sql: string): PromiseLike<readonly unknown[]>;
}

export interface PostgresOptions extends DatabaseLimits {
}

export interface DatabaseLimits {
    readonly warnLagSeconds?: number;
    readonly maxLagSeconds?: number;
    readonly warnConnectionsRatio?: number;
    readonly maxConnectionsRatio?: number;
    readonly warnWaiting?: number;
    readonly maxWaiting?: number;
}

export declare function postgres(client: PgClient | PostgresJsClient, options?: PostgresOptions): StatusFunction;

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

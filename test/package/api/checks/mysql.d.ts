// Exports: MysqlClient, MysqlOptions, mysql

export interface MysqlClient {
    query(sql: string): Promise<unknown>;
    taskQueueSize?(): number;
}

export interface MysqlOptions extends DatabaseLimits {
}

export interface DatabaseLimits {
    readonly warnLagSeconds?: number;
    readonly maxLagSeconds?: number;
    readonly warnConnectionsRatio?: number;
    readonly maxConnectionsRatio?: number;
    readonly warnWaiting?: number;
    readonly maxWaiting?: number;
}

export declare function mysql(client: MysqlClient, options?: MysqlOptions): StatusFunction;

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

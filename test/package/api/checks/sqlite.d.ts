// Exports: SqliteClient, SqliteOptions, sqlite

export interface SqliteClient {
    prepare(sql: string): {
        get(): unknown;
    };
}

export interface SqliteOptions {
    readonly quickCheck?: boolean;
}

export declare function sqlite(client: SqliteClient, options?: SqliteOptions): StatusFunction;

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

// Exports: GrpcClient, GrpcOptions, grpc

export interface GrpcClient {
    makeUnaryRequest(method: string, serialize: (service: string) => Buffer, deserialize: (answer: Buffer) => number, argument: string, callback: (error: Error | null, status?: number) => void): {
        cancel(): void;
    };
}

export interface GrpcOptions {
    readonly service?: string;
}

export declare function grpc(client: GrpcClient, options?: GrpcOptions): StatusFunction;

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

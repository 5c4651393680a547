// Exports: MqttClient, MqttOptions, mqtt

export interface MqttClient {
    readonly connected: boolean;
    unsubscribe(topic: string, callback: (error?: Error) => void): unknown;
}

export interface MqttOptions {
    readonly topic?: string;
}

export declare function mqtt(client: MqttClient, options?: MqttOptions): StatusFunction;

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

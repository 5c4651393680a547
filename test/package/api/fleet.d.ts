// Exports: Fleet, FleetHandler, FleetInstance, FleetOptions, FleetReadOptions, FleetService, FleetState, FleetStatusOptions, FleetView, ServiceDetail, createFleet, fleetStatus

export interface Fleet {
    read(options?: FleetReadOptions): Promise<FleetView>;
    readService(name: string, options?: FleetReadOptions): Promise<FleetView<ServiceDetail>>;
    close(): void;
}

export interface FleetReadOptions {
    readonly at?: Date;
}

export interface FleetView<Service = FleetService> {
    readonly state: FleetState;
    readonly services: readonly Service[];
    readonly at: Date;
    readonly evaluatedAt?: Date;
    readonly isRaw: boolean;
    readonly problems: readonly string[];
    readonly absent?: readonly string[];
    readonly isStale?: true;
}

export interface FleetService {
    readonly name: string;
    readonly where: Readonly<Record<string, string>>;
    readonly state: FleetState;
    readonly since?: Date;
    readonly isUnavailable: boolean;
    readonly instances: {
        readonly targets: number;
        readonly scraped: number;
        readonly inService: number;
        readonly draining?: number;
    };
    readonly versions: readonly {
        readonly version: string;
        readonly instances: number;
    }[];
    readonly root?: string;
    readonly causes: readonly string[];
    readonly evaluatedAt?: Date;
}

export type FleetState = State | "UNKNOWN";

export type State = "OK" | "YELLOW" | "RED";

export interface ServiceDetail extends FleetService {
    readonly handlers: readonly FleetHandler[];
    readonly states: Readonly<Record<State, number>>;
    readonly problems: readonly FleetInstance[];
}

export interface FleetHandler {
    readonly name: string;
    readonly state: FleetState;
    readonly critical: boolean;
    readonly since?: Date;
    readonly instances: Readonly<Record<State, number>>;
    readonly root?: string;
    readonly shared?: SharedLabel;
}

export interface SharedLabel {
    readonly label: string;
    readonly value: string;
    readonly red: number;
    readonly instances: number;
    readonly total: number;
}

export interface FleetInstance {
    readonly name: string;
    readonly problem: "RED" | "YELLOW" | "down" | "draining" | "decommissioned";
    readonly handler?: string;
    readonly labels: Series["labels"];
}

export interface Series {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
}

export interface FleetOptions {
    readonly prometheus: string | URL;
    readonly selector?: Selector;
    readonly labels?: Partial<FleetLabels>;
    readonly refreshMs?: number;
    readonly timeoutMs?: number;
    readonly maxAnswerBytes?: number;
    readonly maxAgeMs?: number;
    readonly token?: string;
    readonly tokenFile?: string;
    readonly basic?: string;
    readonly basicFile?: string;
    readonly tls?: TlsFiles;
    readonly clock?: Clock;
}

export type Selector = Readonly<Record<string, string>>;

export interface FleetLabels {
    readonly service: string;
    readonly within: readonly string[];
}

export interface TlsFiles {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
}

export interface Clock {
    now(): number;
    monotonicNow(): number;
    random(): number;
    startTimer(delayMs: number, run: () => void, options?: {
        readonly background?: boolean;
    }): () => void;
}

export interface FleetStatusOptions extends FleetOptions {
    readonly path?: string;
    readonly name?: string;
    readonly instanceUrl?: string;
    readonly details?: {
        readonly hosts: readonly string[];
    };
    readonly authorize?: Permission;
    readonly logger?: Logger;
}

export type Permission = (request: StatusRequest) => boolean | Promise<boolean>;

export interface StatusRequest {
    readonly method: string;
    readonly target: string;
    readonly remoteAddress: string | undefined;
    header(name: string): string | undefined;
    readonly raw: unknown;
}

export interface Logger {
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
}

export declare function createFleet(options: FleetOptions): Fleet;

export declare function fleetStatus(options: FleetStatusOptions): ServedView & {
    close(): void;
};

export interface ServedView {
    readonly paths: readonly string[];
    owns(path: string): boolean;
    answer(request: StatusRequest, target: Target): StatusResponse | Promise<StatusResponse>;
}

export interface Target {
    readonly path: string;
    readonly query: string;
}

export interface StatusResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly stream?: (cut: () => void) => StatusStream;
}

export interface StatusStream {
    next(): Promise<Uint8Array | undefined>;
    cancel(): void;
}

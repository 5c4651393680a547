// Exports: Control, HealthProbeFormat, HealthProbesOptions, Indicator, IndicatorResult, MetricsSource, Permission, ProbeStatusOptions, PrometheusViewOptions, ServiceDescription, ServiceLink, ServiceStatusOptions, SharedReadinessOptions, StatusCheck, StatusCheckDecorator, StatusDynamicModule, StatusModule, StatusModuleAsyncOptions, StatusRequest, SvcStatusOptions, fromIndicator

export type Control = "loopback" | "open" | "off" | {
    readonly token: string;
} | ControlFunction;

export type ControlFunction = (request: StatusRequest) => ControlDecision | Promise<ControlDecision>;

export interface StatusRequest {
    readonly method: string;
    readonly target: string;
    readonly remoteAddress: string | undefined;
    header(name: string): string | undefined;
    readonly raw: unknown;
}

export type ControlDecision = boolean | {
    readonly allowed: boolean;
    readonly as?: string;
};

export type HealthProbeFormat = "text" | "json" | "terminus" | "actuator";

export interface HealthProbesOptions extends SharedReadinessOptions {
    readonly live?: string | false;
    readonly ready?: string | false;
    readonly startup?: string | false;
    readonly format?: HealthProbeFormat;
    readonly retryAfterSeconds?: number;
    readonly groups?: Readonly<Record<string, readonly string[]>>;
    readonly exclude?: boolean;
}

export interface SharedReadinessOptions {
    readonly shared?: SharedReadiness;
    readonly holdMs?: number;
}

export type SharedReadiness = "hold" | "start" | "count" | "ignore";

export type Indicator = (() => IndicatorResult | PromiseLike<IndicatorResult>) | PromiseLike<IndicatorResult>;

export type IndicatorResult = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface MetricsSource {
    metrics(): string | Promise<string>;
}

export type Permission = (request: StatusRequest) => boolean | Promise<boolean>;

export interface ProbeStatusOptions {
    readonly path?: string;
    readonly control?: Control;
    readonly requireHealthy?: boolean | SharedReadinessOptions;
    readonly decommissionedStatus?: 503 | 404;
}

export interface PrometheusViewOptions {
    readonly repeatMetadata?: boolean;
    readonly extended?: boolean;
    readonly metrics?: MetricsSource;
}

export interface ServiceDescription {
    readonly name?: string;
    readonly version?: string;
    readonly instance?: string;
    readonly links?: readonly ServiceLink[];
    readonly runbook?: string;
}

export interface ServiceLink {
    readonly title: string;
    readonly url: string;
}

export interface ServiceStatusOptions {
    readonly registry?: StatusRegistry;
    readonly probe?: Probe;
    readonly service?: ServiceDescription;
    readonly preset?: Preset;
    readonly svcStatus?: false | SvcStatusOptions;
    readonly probeStatus?: false | ProbeStatusOptions;
    readonly healthProbes?: boolean | HealthProbesOptions;
    readonly fleet?: ServedView;
}

export interface StatusRegistry {
    logger: Logger | undefined;
    readonly names: readonly string[];
    readonly handlers: readonly HandlerDescription[];
    addStatusHandler(name: string, handler: StatusHandler, options?: HandlerOptions): void;
    removeStatusHandler(name: string): boolean;
    getStatus(name: string): Promise<Status>;
    isInState(name: string, state: State): Promise<boolean>;
    waitForStatus(name: string, state: State, options?: WaitOptions): Promise<boolean>;
    getReport(options?: ReportOptions): Promise<Report>;
    on(event: "change", listener: (change: Change) => void): () => void;
    changes(options?: ChangesOptions): AsyncIterable<ObservedChange>;
    history(name: string): readonly Change[];
    changeCounts(name: string): ChangeCounts;
    close(): void;
    [Symbol.dispose](): void;
}

export interface Logger {
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
}

export interface HandlerDescription {
    readonly name: string;
    readonly critical: boolean;
    readonly scope: Scope;
    readonly dependsOn: readonly string[];
}

export type Scope = "shared" | "instance" | "local";

export type StatusHandler = StatusFunction | StatusProvider;

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

export interface StatusProvider {
    status(context: HandlerContext): Status | Promise<Status>;
}

export interface HandlerOptions extends HandlerInfo {
    readonly critical?: boolean;
    readonly scope?: Scope;
    readonly timeoutMs?: number;
    readonly maxAgeMs?: number;
    readonly intervalMs?: number;
    readonly slowAfterMs?: number;
    readonly failAfter?: number;
    readonly recoverAfter?: number;
    readonly failForMs?: number;
    readonly recoverForMs?: number;
    readonly dependsOn?: readonly string[];
}

export interface HandlerInfo {
    readonly runbook?: string;
    readonly description?: string;
    readonly tags?: readonly string[];
    readonly upstream?: string;
}

export interface WaitOptions {
    readonly intervalMs?: number;
    readonly timeoutMs?: number;
    readonly throwOnUnknown?: boolean;
    readonly signal?: AbortSignal;
}

export interface ReportOptions {
    readonly names?: readonly string[];
    readonly background?: boolean;
}

export interface Report {
    readonly state: State;
    readonly at: Date;
    readonly entries: readonly Entry[];
}

export interface Entry extends HandlerInfo {
    readonly name: string;
    readonly status: Status;
    readonly rawStatus: Status;
    readonly critical: boolean;
    readonly scope: Scope;
    readonly checkedAt: Date;
    readonly durationMs: number;
    readonly since: Date;
    readonly reason?: Reason;
    readonly dependsOn: readonly string[];
}

export type Reason = "reported" | "threw" | "timeout" | "hung" | "invalid" | "slow" | "stale" | "dependency";

export interface Change {
    readonly name: string;
    readonly from: State | undefined;
    readonly to: State;
    readonly reason?: Reason;
    readonly status: Status;
    readonly at: Date;
    readonly heldMs: number;
}

export interface ChangesOptions {
    readonly signal?: AbortSignal;
}

export interface ObservedChange extends Change {
    readonly missed?: number;
}

export type ChangeCounts = Readonly<Record<State, number>>;

export interface Probe {
    readonly body: string;
    readonly commissioned: boolean;
    readonly since: Date;
    readonly state: ProbeState;
    readonly reason: string | undefined;
    readonly until: Date | undefined;
    readonly by: string | undefined;
    decommission(body?: string, options?: DecommissionOptions): void;
    commission(options?: Pick<DecommissionOptions, "by">): void;
    on(event: "change", listener: (change: ProbeChange) => void): () => void;
}

export type ProbeState = "in-service" | "decommissioned" | "draining";

export interface DecommissionOptions {
    readonly reason?: string;
    readonly until?: Date;
    readonly by?: string;
}

export interface ProbeChange {
    readonly body: string;
    readonly commissioned: boolean;
    readonly state: ProbeState;
    readonly reason?: string;
    readonly until?: Date;
    readonly by?: string;
}

export type Preset = "kubernetes";

export interface SvcStatusOptions {
    readonly registry?: StatusRegistry;
    readonly path?: string;
    readonly details?: "always" | "never" | Permission;
    readonly authorize?: Permission;
    readonly httpStatus?: Readonly<Partial<Record<State, number>>>;
    readonly csv?: {
        readonly detail?: boolean;
    };
    readonly prometheus?: PrometheusViewOptions;
    readonly controls?: boolean;
}

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

export declare function StatusCheck(name: string, options?: HandlerOptions): StatusCheckDecorator;

export interface StatusCheckDecorator {
    <Method extends StatusFunction>(prototype: object, method: string | symbol, descriptor: TypedPropertyDescriptor<Method>): void;
    (prototype: object, property: string | symbol): void;
}

export interface StatusDynamicModule {
    readonly module: typeof StatusModule;
    readonly imports: never[];
    readonly providers: never[];
}

export declare class StatusModule {
    static forRoot(options?: ServiceStatusOptions): StatusDynamicModule;
    static forRootAsync(options: StatusModuleAsyncOptions): StatusDynamicModule;
}

export interface StatusModuleAsyncOptions {
    readonly imports?: readonly unknown[];
    readonly inject?: readonly unknown[];
    readonly useFactory: (...injected: never[]) => ServiceStatusOptions | Promise<ServiceStatusOptions>;
}

export declare function fromIndicator(indicator: Indicator): StatusFunction;

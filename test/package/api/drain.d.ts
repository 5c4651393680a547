// Exports: Consumer, ConsumerOptions, ConsumerReport, ConsumerResult, Drain, DrainContext, DrainHook, DrainHooks, DrainOptions, DrainReport, DrainableServer, GrpcServer, HookFailure, Preset, ProberReport, Progress, ProgressOptions, ResumableOptions, Rule, SignalDrain, SignalOptions, StreamsOptions, Trigger, WebSockets, createDrain, describeDrain, drainOnSignals, progress

export interface Consumer {
    readonly name: string;
    stop(context: DrainContext): unknown;
    finish(context: DrainContext): unknown;
    resume?(): unknown;
    readonly onDecommission?: boolean;
}

export interface DrainContext {
    readonly reason: string;
    readonly signal: AbortSignal;
    readonly deadlineAt: number;
}

export interface ConsumerOptions {
    readonly name?: string;
    readonly progress?: {
        done(): void;
    };
}

export interface ConsumerReport extends ConsumerResult {
    readonly name: string;
    readonly error?: string;
}

export interface ConsumerResult {
    readonly finished?: number;
    readonly left?: number;
}

export interface Drain {
    start(reason?: string): Promise<DrainReport>;
    add(hooks: DrainHooks): () => void;
    dispose(): void;
}

export interface DrainReport {
    readonly reason: string;
    readonly error?: string;
    readonly ok: boolean;
    readonly endedBy: Rule;
    readonly waitMs: number;
    readonly closeMs: number;
    readonly hooksMs: number;
    readonly totalMs: number;
    readonly probers: readonly ProberReport[];
    readonly redsSeen: number;
    readonly lastRequestMs?: number;
    readonly requestsServed: number;
    readonly requestsCut: number;
    readonly streamsEnded: number;
    readonly socketsClosed: number;
    readonly consumers: readonly ConsumerReport[];
    readonly hookFailures: readonly HookFailure[];
}

export type Rule = "evidence" | "quiet" | "fallback" | "cap" | "fixed" | "deadline" | "peers" | "development" | "idle" | "no-server";

export interface ProberReport {
    readonly id: string;
    readonly label: string;
    readonly intervalMs?: number;
    readonly refusals: number;
    readonly refusedWith?: number;
}

export interface HookFailure {
    readonly phase: "onLeave" | "onClose";
    readonly index: number;
    readonly message: string;
}

export interface DrainHooks {
    readonly onLeave?: DrainHook;
    readonly onClose?: DrainHook;
}

export type DrainHook = (context: DrainContext) => unknown;

export interface DrainOptions {
    readonly preset?: Preset;
    readonly graceMs?: number;
    readonly preStopMs?: number;
    readonly probe?: Probe;
    readonly logger?: Logger;
    readonly redsSeen?: number;
    readonly quietMs?: number;
    readonly floorMs?: number;
    readonly capMs?: number;
    readonly fallbackMs?: number;
    readonly fixedMs?: number;
    readonly fallback?: "quiet" | "fixed";
    readonly closeTimeoutMs?: number;
    readonly onLeave?: readonly DrainHook[];
    readonly onClose?: readonly DrainHook[];
    readonly consumers?: readonly Consumer[];
    readonly streams?: StreamsOptions;
    readonly websockets?: WebSockets;
    readonly hooksTimeoutMs?: number;
    readonly deadlineMs?: number;
    readonly balancerIdleMs?: number;
    readonly proberId?: (request: StatusRequest) => string | undefined;
    readonly clock?: Clock;
}

export type Preset = "kubernetes" | "docker" | "ecs" | "cloud-run" | "heroku" | "pm2" | "systemd";

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

export interface Logger {
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
}

export interface StreamsOptions {
    readonly isEndless?: ResponseTest;
    readonly endsByItself?: ResponseTest;
    readonly spreadMs?: number;
}

export type ResponseTest = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => boolean;

export interface WebSockets {
    readonly clients: Iterable<{
        close(code?: number): void;
        terminate?(): void;
    }>;
}

export interface StatusRequest {
    readonly method: string;
    readonly target: string;
    readonly remoteAddress: string | undefined;
    header(name: string): string | undefined;
    readonly raw: unknown;
}

export interface Clock {
    now(): number;
    monotonicNow(): number;
    random(): number;
    startTimer(delayMs: number, run: () => void, options?: {
        readonly background?: boolean;
    }): () => void;
}

export type DrainableServer = NodeServer | GrpcServer;

export type NodeServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

export interface GrpcServer {
    tryShutdown(callback: (error?: Error) => void): void;
    forceShutdown(): void;
}

export interface Progress extends StatusProvider {
    done(): void;
}

export interface StatusProvider {
    status(context: HandlerContext): Status | Promise<Status>;
}

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

export interface ProgressOptions {
    readonly pending: () => number | Promise<number>;
    readonly maxStallMs: number;
    readonly clock?: Clock;
}

export interface ResumableOptions extends ConsumerOptions {
    readonly onDecommission?: boolean;
}

export interface SignalDrain extends Drain {
    dispose(): void;
}

export interface SignalOptions extends DrainOptions {
    readonly signals?: readonly NodeJS.Signals[];
    readonly exit?: "signal" | "zero" | "none";
    readonly triggers?: readonly Trigger[];
    readonly onSecondSignal?: "end" | "ignore" | ((signal: NodeJS.Signals) => void);
}

export type Trigger = "uncaughtException" | "unhandledRejection" | "beforeExit";

export declare function createDrain(servers: DrainableServer | readonly DrainableServer[], options?: DrainOptions): Drain;

export declare function describeDrain(report: DrainReport): string;

export declare function drainOnSignals(servers: DrainableServer | readonly DrainableServer[], options?: SignalOptions): SignalDrain;

export declare function progress(options: ProgressOptions): Progress;

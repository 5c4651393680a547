// Exports: TlsCertificateOptions, tlsCertificate

export interface TlsCertificateOptions {
    readonly port?: number;
    readonly warnDays?: number;
    readonly minDays?: number;
    readonly servername?: string;
    readonly ca?: string;
}

export declare function tlsCertificate(host: string, options?: TlsCertificateOptions): StatusFunction;

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

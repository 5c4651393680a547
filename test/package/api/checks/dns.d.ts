// Exports: DnsOptions, DnsRecordType, dns

export interface DnsOptions {
    readonly recordType?: DnsRecordType;
    readonly servers?: readonly string[];
    readonly expected?: readonly string[];
    readonly warnLatencyMs?: number;
    readonly maxLatencyMs?: number;
}

export type DnsRecordType = "A" | "AAAA" | "CNAME" | "MX" | "NS" | "PTR" | "SRV" | "TXT";

export declare function dns(name: string, options?: DnsOptions): StatusFunction;

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

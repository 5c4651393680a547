import type { StatusFunction } from "../core/handler.ts";
import { expectMethods } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import { TEXT } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { onAbort } from "../util/abort.ts";
import { CheckError, type FailureKind, withFailureKind } from "./support/failure.ts";
import { measureLatency, toStatus } from "./support/measure.ts";

/** Any client of `@grpc/grpc-js`, such as a generated one. The check uses its channel. */
export interface GrpcClient {
  makeUnaryRequest(
    method: string,
    serialize: (service: string) => Buffer,
    deserialize: (answer: Buffer) => number,
    argument: string,
    callback: (error: Error | null, status?: number) => void,
  ): { cancel(): void };
}

/** The request. Every option is optional. */
export interface GrpcOptions {
  /**
   * The service to check.
   * @default "" (the server as a whole)
   */
  readonly service?: string;
}

const METHOD = "/grpc.health.v1.Health/Check";
const SERVING = 1;
const STATUS_NAMES: readonly string[] = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

// Status codes of gRPC whose messages do not show the kind of failure.
const KIND_BY_CODE: Readonly<Record<number, FailureKind>> = {
  4: "timeout", // DEADLINE_EXCEEDED
  5: "wrong answer", // NOT_FOUND: the server does not know the service
  7: "authentication", // PERMISSION_DENIED
  12: "wrong answer", // UNIMPLEMENTED: the server has no health service
  16: "authentication", // UNAUTHENTICATED
};

const OPTIONS: OptionShapes<GrpcOptions> = { service: { ...TEXT, default: "" } };

/**
 * Calls the health service of a gRPC server (`grpc.health.v1`) over the channel of the application's client.
 *
 * OK if the status is SERVING. RED for any other status, for an unknown service, or if the server cannot be
 * reached.
 *
 * @param client Any client of `@grpc/grpc-js`.
 * @example
 * addStatusHandler("UserService", grpc(userServiceClient, { service: "users.UserService" }));
 * @throws TypeError for an invalid client or option.
 */
export function grpc(client: GrpcClient, options: GrpcOptions = {}): StatusFunction {
  expectMethods("client", client, ["makeUnaryRequest"]);
  const { service } = readOptions(OPTIONS, options);

  return withFailureKind(async function checkGrpc({ signal }) {
    const startedAt = performance.now();
    const status = await callHealth(client, service, signal);
    if (status !== SERVING) throw new CheckError("wrong answer", STATUS_NAMES[status] ?? `status ${status}`);
    return toStatus([measureLatency(startedAt)]);
  });
}

function callHealth(client: GrpcClient, service: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    let call: { cancel(): void } | undefined;
    const stopListening = onAbort(signal, () => call?.cancel());
    call = client.makeUnaryRequest(METHOD, writeRequest, readResponse, service, (error, status) => {
      stopListening();
      if (error) reject(toError(error));
      else resolve(status ?? 0);
    });
  });
}

function toError(error: Error): Error {
  const kind = KIND_BY_CODE[Number((error as { code?: unknown }).code)];
  return kind === undefined ? error : new CheckError(kind, error.message);
}

/** `HealthCheckRequest`: field 1, the service's name. */
function writeRequest(service: string): Buffer {
  const name = Buffer.from(service);
  return name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...writeVarint(name.length)]), name]);
}

function writeVarint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...writeVarint(value >> 7)];
}

/** `HealthCheckResponse`: field 1, a number; 0 if it is missing. */
function readResponse(answer: Buffer): number {
  return answer[0] === 0x08 ? (answer[1] ?? 0) : 0;
}

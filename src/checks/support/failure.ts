import type { HandlerContext, StatusFunction } from "../../core/handler.ts";
import { RED } from "../../core/state.ts";
import type { Status } from "../../core/status.ts";
import { describeError, toShownLine } from "../../util/describe-error.ts";

/** The kind of a failure: the first words of a detail. It shows where to look. */
export type FailureKind =
  | "refused"
  | "unreachable"
  | "DNS"
  | "TLS"
  | "authentication"
  | "timeout"
  | "closed"
  | "wrong answer"
  | "failed";

/** A failure whose kind the check already knows. */
export class CheckError extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CheckError";
    this.kind = kind;
  }
}

const MAX_DEPTH = 4;

// Error codes of Node.js and of the clients.
const KIND_BY_CODE: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: "refused",
  "53300": "refused", // PostgreSQL: too many connections
  ER_CON_COUNT_ERROR: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  ENOTFOUND: "DNS",
  ENODATA: "DNS",
  ESERVFAIL: "DNS",
  EFORMERR: "DNS",
  EREFUSED: "DNS",
  EBADRESP: "DNS",
  EBADNAME: "DNS",
  EPROTO: "TLS",
  ERR_SSL_WRONG_VERSION_NUMBER: "TLS",
  ESOCKETTLS: "TLS",
  ETLS: "TLS",
  "28000": "authentication", // PostgreSQL: invalid authorization
  "28P01": "authentication", // PostgreSQL: invalid password
  "42501": "authentication", // PostgreSQL: insufficient privilege
  ER_ACCESS_DENIED_ERROR: "authentication",
  ER_DBACCESS_DENIED_ERROR: "authentication",
  ER_SPECIFIC_ACCESS_DENIED_ERROR: "authentication",
  AUTHORIZATION_VIOLATION: "authentication",
  PERMISSIONS_VIOLATION: "authentication",
  EAUTH: "authentication",
  ENOAUTH: "authentication",
  ETIMEDOUT: "timeout",
  ETIMEOUT: "timeout",
  ESOCKETTIMEDOUT: "timeout",
  TIMEOUT: "timeout",
  CONNECT_TIMEOUT: "timeout",
  PROTOCOL_SEQUENCE_TIMEOUT: "timeout",
  "57014": "timeout", // PostgreSQL: statement timeout
  ECONNRESET: "closed",
  ECONNABORTED: "closed",
  EPIPE: "closed",
  ERR_SOCKET_CLOSED: "closed",
  ERR_STREAM_DESTROYED: "closed",
  UND_ERR_SOCKET: "closed",
  UND_ERR_CLOSED: "closed",
  PROTOCOL_CONNECTION_LOST: "closed",
  CONNECTION_CLOSED: "closed",
  CONNECTION_ENDED: "closed",
  CONNECTION_DESTROYED: "closed",
  "57P01": "closed", // PostgreSQL: the server shuts down
  "57P02": "closed",
  "57P03": "refused", // PostgreSQL: the server starts up
  DISCONNECT: "closed",
  HPE_INVALID_CONSTANT: "wrong answer",
  UND_ERR_HEADERS_OVERFLOW: "wrong answer",
};

// Families of codes: `EAI_AGAIN`, `CERT_HAS_EXPIRED`, `UND_ERR_HEADERS_TIMEOUT`.
const KIND_BY_CODE_PATTERN: readonly (readonly [RegExp, FailureKind])[] = [
  [/^EAI_/, "DNS"],
  [/^(?:ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|CRL_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|HOSTNAME_)/, "TLS"],
  [/^(?:UND_ERR_\w+|ERR_\w+)_TIMEOUT$/, "timeout"],
];

// For clients whose errors have no code. The first match counts.
const KIND_BY_MESSAGE: readonly (readonly [RegExp, FailureKind])[] = [
  [
    /\bWRONGPASS\b|\bNOAUTH\b|\bNOPERM\b|ACCESS.REFUSED|access denied|not authori[sz]ed|(?:authentication|authorization|login) (?:fail|requir|error|violat|mechanism)|bad user ?name or password|password authentication/i,
    "authentication",
  ],
  [/\bECONNREFUSED\b|connection refused|refused by server/i, "refused"],
  [/\bENOTFOUND\b|\bEAI_AGAIN\b|getaddrinfo|name resolution failed/i, "DNS"],
  [/\bcertificate\b|\bSSL routines\b|\bTLS handshake\b/i, "TLS"],
  [/timed? ?out/i, "timeout"],
  [
    /\bECONNRESET\b|\bEPIPE\b|socket (?:was |is )?(?:closed|hang)|(?:connection|channel|client|socket)\b.{0,30}\b(?:clos(?:ed|ing)|lost|dropped|ended|terminated|offline|unavailable|disconnected)|not open|disconnect/i,
    "closed",
  ],
];

/**
 * Creates a status handler from a function. If it throws, the handler is RED. The detail then starts with the
 * kind of failure, and contains no secrets.
 */
export function withFailureKind(run: (context: HandlerContext) => Status | Promise<Status>): StatusFunction {
  return async function runOrFail(context) {
    try {
      return await run(context);
    } catch (error) {
      return { state: RED, detail: toFailureDetail(error) };
    }
  };
}

/** `refused: connect ECONNREFUSED 127.0.0.1:5432` */
export function toFailureDetail(error: unknown): string {
  return toShownLine(`${toFailureKind(error)}: ${describeError(error)}`);
}

/** The kind of any thrown value. Never throws. */
export function toFailureKind(error: unknown): FailureKind {
  try {
    return findKind(error, toKindOfOwn, MAX_DEPTH) ?? findKind(error, toKindOfMessage, MAX_DEPTH) ?? "failed";
  } catch {
    return "failed";
  }
}

/** Searches the error, its causes and its parts. */
function findKind(
  error: unknown,
  toKind: (error: object) => FailureKind | undefined,
  depth: number,
): FailureKind | undefined {
  if (typeof error !== "object" || error === null || depth === 0) return undefined;
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const parts = Array.isArray(errors) ? errors : [];
  let kind = toKind(error);
  for (const part of [cause, ...parts]) kind ??= findKind(part, toKind, depth - 1);
  return kind;
}

function toKindOfOwn(error: object): FailureKind | undefined {
  if (error instanceof CheckError) return error.kind;
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (name === "TimeoutError") return "timeout";
  if (typeof code !== "string") return undefined;
  if (Object.hasOwn(KIND_BY_CODE, code)) return KIND_BY_CODE[code];
  return KIND_BY_CODE_PATTERN.find(([pattern]) => pattern.test(code))?.[1];
}

function toKindOfMessage(error: object): FailureKind | undefined {
  const { name, message } = error as { name?: unknown; message?: unknown };
  const text = `${name}: ${message}`;
  return KIND_BY_MESSAGE.find(([pattern]) => pattern.test(text))?.[1];
}

import { describeError } from "../../util/describe-error.ts";
import { CliError } from "../cli-error.ts";
import { DeadlineError } from "./deadline.ts";
import type { ServiceUrl } from "./service-url.ts";

/** Why there is no answer. A retry does not help for `untrusted` and `denied`. */
export type NoAnswerKind = "untrusted" | "denied" | "failed";

/** There is no status. The message contains the reason and a remedy, in one line. */
export class NoAnswerError extends CliError {
  readonly kind: NoAnswerKind;

  constructor(kind: NoAnswerKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** The message without its beginning, for a line that names the service itself. */
export function toReason(message: string): string {
  return message.replace(/^no answer from \S+: |(?<=^no complete answer) from \S+/, "");
}

/** The service has no handler with one of these names. Its answer does not name it. */
export class UnknownHandlerNameError extends NoAnswerError {
  readonly names: readonly string[];

  constructor(names: readonly string[], hint = "") {
    super("failed", `unknown handler: ${names.join(" or ")}${hint}`);
    this.names = names;
  }
}

/** The answer cannot be used. */
export class UnusableAnswerError extends NoAnswerError {
  constructor(message: string) {
    super("failed", message);
  }
}

interface Explanation {
  readonly kind?: NoAnswerKind;
  readonly text: string;
}

const UNTRUSTED: Explanation = {
  kind: "untrusted",
  text: "its certificate is not trusted. Use --ca FILE with the certificate of its issuer, or --insecure",
};
const UNKNOWN_HOST: Explanation = { text: "unknown host. Is its name right?" };
const CUT: Explanation = { text: "the connection was closed. Is it the right port, and http or https?" };
const NOT_TLS: Explanation = { text: "it does not speak TLS. Is it http:// rather than https://?" };
const UNREACHABLE: Explanation = { text: "the host is unreachable. Is its address right?" };
const NO_PERMISSION: Explanation = { text: "permission denied" };

/** The meaning of Node.js error codes for a client of a service. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: { text: "connection refused. Is the service running?" },
  ENOENT: { text: "no such socket. Is the service running?" },
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  ENODATA: UNKNOWN_HOST,
  ECONNRESET: CUT,
  EPIPE: CUT,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  EADDRNOTAVAIL: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
  ENOTSOCK: { text: "that is a file, not a socket" },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_HAS_EXPIRED: {
    kind: "untrusted",
    text: "its certificate has expired. Renew it, or use --insecure",
  },
  CERT_NOT_YET_VALID: {
    kind: "untrusted",
    text: "its certificate is not valid yet. Is the clock right?",
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    kind: "untrusted",
    text: "its certificate is for another name. Use that name, or --insecure",
  },
  EPROTO: NOT_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
};

/** Converts a connection error into a message. */
export function toNoAnswer(error: unknown, { url, socketPath }: ServiceUrl, signal: AbortSignal): Error {
  if (error instanceof NoAnswerError) return error;
  // The path does not matter if there is no answer.
  const from = socketPath === undefined ? url.origin : `unix:${socketPath}`;
  if (signal.reason instanceof DeadlineError) {
    const { time, isFixed } = signal.reason;
    const advice = isFixed ? "" : ". Use a longer --timeout, or check why it is slow";
    const text = `no complete answer from ${from} within ${time}${advice}`;
    return new NoAnswerError("failed", text, { cause: error });
  }
  if (signal.aborted) return error as Error;
  const { kind = "failed", text } = explain(error, url.protocol === "https:");
  return new NoAnswerError(kind, `no answer from ${from}: ${text}`, { cause: error });
}

function explain(error: unknown, isSecure: boolean): Explanation {
  const code = toCode(error);
  const known = Object.hasOwn(EXPLANATIONS, code) ? EXPLANATIONS[code] : undefined;
  if (known !== undefined) return known;
  if (code.startsWith("HPE_"))
    return { text: `the answer is not HTTP. Is it the right port${isSecure ? "" : ", or https://"}?` };
  return { text: describeError(error) };
}

/** A name with several addresses fails with one error per address. */
function toCode(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code: unknown = (first as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "";
}

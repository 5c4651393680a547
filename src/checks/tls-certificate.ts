import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import type { StatusFunction } from "../core/handler.ts";
import { RED } from "../core/state.ts";
import { toError } from "../options/words.ts";
import { closeAfter } from "./support/close-after.ts";
import { CheckError, toFailureDetail, withFailureKind } from "./support/failure.ts";
import { measureFalling, toStatus } from "./support/measure.ts";
import {
  type Expectations,
  expectAmount,
  expectNonEmptyText,
  expectOptions,
  expectPort,
} from "./support/options.ts";

/** Limits for a server's certificate. Every option is optional. */
export interface TlsCertificateOptions {
  /** @default 443 */
  readonly port?: number;
  /**
   * YELLOW if fewer days are left. Set more than the renewal takes, or nobody has time to act.
   * @default 21
   */
  readonly warnDays?: number;
  /**
   * RED if fewer days are left.
   * @default 7
   */
  readonly minDays?: number;
  /**
   * The server name (SNI), for which the certificate must be valid.
   * @default the host
   */
  readonly servername?: string;
  /** Certificates to trust, in PEM, instead of the default ones of Node.js. */
  readonly ca?: string;
}

const DAY_MS = 86_400_000;
// No real chain is longer. The limit bounds the loop, whatever the server sends.
const MAX_CHAIN = 10;

const OPTIONS: Expectations<TlsCertificateOptions> = {
  port: expectPort,
  warnDays: expectAmount,
  minDays: expectAmount,
  servername: expectNonEmptyText,
  ca: expectNonEmptyPem,
};

/**
 * Checks the number of days for which the certificate of a TLS server is still valid. It makes a TLS
 * handshake and closes the connection at once. Of the chain that the server sends, the certificate that
 * expires first counts.
 *
 * YELLOW below `warnDays`; RED below `minDays`, if the certificate is not trusted, or if it is for another
 * name.
 *
 * @param host A name or an address.
 * @example
 * addStatusHandler("Certificate", tlsCertificate("shop.example.com"), { intervalMs: 3_600_000 });
 * @throws TypeError for an invalid host or option.
 */
export function tlsCertificate(host: string, options: TlsCertificateOptions = {}): StatusFunction {
  expectNonEmptyText("host", host);
  expectOptions(options, OPTIONS);
  const { port = 443, warnDays = 21, minDays = 7, ca } = options;
  const { servername = isIP(host) === 0 ? host : undefined } = options;

  return withFailureKind(async function askTlsCertificate({ signal }) {
    // An untrusted certificate is inspected too, because the message that it has expired is more useful.
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ...(servername !== undefined && { servername }),
      ...(ca !== undefined && { ca }),
    });
    const seen = await closeAfter(socket, "secureConnect", signal, lookAt);
    if (seen?.first === undefined) throw new CheckError("TLS", "the server sent no certificate");
    const { first, objection } = seen;
    const measure = measureFalling({
      what: `certificate of ${first.name}, days left:`,
      label: "days_left",
      value: (first.expiresAt - Date.now()) / DAY_MS,
      format: (days) => String(Math.floor(days)),
      warn: warnDays,
      min: minDays,
    });
    const status = toStatus([measure]);
    if (objection === undefined) return status;
    return { ...status, state: RED, detail: `${toFailureDetail(objection)}, ${status.detail}` };
  });
}

interface Seen {
  /** The certificate of the chain that expires first. */
  readonly first: { readonly name: string; readonly expiresAt: number } | undefined;
  /** Why Node.js does not trust it. */
  readonly objection: CheckError | undefined;
}

function lookAt(socket: TLSSocket): Seen {
  const chain = toChain(socket.getPeerCertificate(true)).sort(
    (one, other) => one.expiresAt - other.expiresAt,
  );
  const { authorized, authorizationError } = socket;
  const objection = authorized ? undefined : new CheckError("TLS", describeObjection(authorizationError));
  return { first: chain[0], objection };
}

/** The types of Node.js promise an error, but the value is a string such as `CERT_HAS_EXPIRED`. */
function describeObjection(objection: unknown): string {
  return objection instanceof Error ? objection.message : String(objection);
}

function toChain(leaf: DetailedPeerCertificate): { name: string; expiresAt: number }[] {
  const chain: { name: string; expiresAt: number }[] = [];
  let certificate: DetailedPeerCertificate | undefined = leaf;
  while (certificate?.valid_to !== undefined && chain.length < MAX_CHAIN) {
    chain.push({ name: String(certificate.subject?.CN ?? "?"), expiresAt: Date.parse(certificate.valid_to) });
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    certificate = issuer === certificate ? undefined : issuer;
  }
  return chain;
}

function expectNonEmptyPem(option: string, value: unknown): void {
  if (typeof value === "string" && value.includes("-----BEGIN CERTIFICATE-----")) return;
  throw toError({ path: option, text: "expected certificates in PEM, as a string" });
}

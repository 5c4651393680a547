import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import type { StatusFunction } from "../core/handler.ts";
import { RED } from "../core/state.ts";
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

/** How a server's certificate is judged. Every option is optional. */
export interface TlsCertificateOptions {
  /** @default 443 */
  readonly port?: number;
  /**
   * YELLOW when fewer days are left. Less than the renewal takes leaves nobody the time to act.
   * @default 21
   */
  readonly warnDays?: number;
  /**
   * RED when fewer days are left.
   * @default 7
   */
  readonly minDays?: number;
  /**
   * The name that is asked for and must stand in the certificate.
   * @default the host
   */
  readonly servername?: string;
  /** Certificates, in PEM, to trust instead of those that Node.js trusts. */
  readonly ca?: string;
}

const DAY_MS = 86_400_000;
// No chain is longer; it keeps the walk finite, whatever was sent.
const MAX_CHAIN = 10;

const OPTIONS: Expectations<TlsCertificateOptions> = {
  port: expectPort,
  warnDays: expectAmount,
  minDays: expectAmount,
  servername: expectNonEmptyText,
  ca: expectNonEmptyPem,
};

/**
 * Asks how many days the certificate of a TLS server is still valid: a TLS handshake, closed at once. Of the chain
 * that the server sends, the certificate that expires first counts.
 *
 * YELLOW below `warnDays`; RED below `minDays`, when it is not trusted, or when it is for another name.
 *
 * @param host A name or an address.
 * @example
 * addStatusHandler("Certificate", tlsCertificate("shop.example.com"), { intervalMs: 3_600_000 });
 * @throws TypeError for a host or an option that cannot be right.
 */
export function tlsCertificate(host: string, options: TlsCertificateOptions = {}): StatusFunction {
  expectNonEmptyText("host", host);
  expectOptions(options, OPTIONS);
  const { port = 443, warnDays = 21, minDays = 7, ca } = options;
  const { servername = isIP(host) === 0 ? host : undefined } = options;

  return withFailureKind(async function askTlsCertificate({ signal }) {
    // An untrusted certificate is looked at too: that it has expired is the more useful thing to say.
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
  /** Why Node.js would not trust it. */
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

/** Node.js says `CERT_HAS_EXPIRED`, a text, where its types promise an error. */
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
  throw new TypeError(`${option}: expected certificates in PEM, as a string`);
}

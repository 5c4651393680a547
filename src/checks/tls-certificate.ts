import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import type { StatusFunction } from "../core/handler.ts";
import { RED } from "../core/state.ts";
import { HOST } from "../options/hosts.ts";
import { expectShape, readOptions } from "../options/read-options.ts";
import { AMOUNT, LINE, PORT } from "../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../options/shape.ts";
import { closeAfter } from "./support/close-after.ts";
import { define } from "./support/definition.ts";
import { CheckError, toFailureDetail, withFailureKind } from "./support/failure.ts";
import { measureFalling, toStatus } from "./support/measure.ts";

/** Limits for a server's certificate. Every option is optional. */
export interface TlsCertificateOptions {
  /** @default 443 */
  readonly port?: number;
  /**
   * YELLOW if fewer days are left. Set it to more days than a renewal takes, so that there is time to act.
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
  /** Certificates to trust, in PEM, instead of Node.js's default certificates. */
  readonly ca?: string;
}

const DAY_MS = 86_400_000;
// Real chains are shorter. The limit bounds the loop, regardless of what the server sends.
const MAX_CHAIN = 10;

const OPTIONS: OptionShapes<
  TlsCertificateOptions,
  WithDefaults<TlsCertificateOptions, "servername" | "ca">
> = {
  port: { ...PORT, default: 443 },
  warnDays: { ...AMOUNT, default: 21 },
  minDays: { ...AMOUNT, default: 7 },
  servername: LINE,
  ca: {
    kind: "text",
    pattern: /-----BEGIN CERTIFICATE-----/u,
    mistake: "expected certificates in PEM, as a string",
  },
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
  expectShape(HOST, host, "host");
  const given = readOptions(OPTIONS, options);
  const { port, warnDays, minDays, ca, servername = isIP(host) === 0 ? host : undefined } = given;

  return withFailureKind(async function checkTlsCertificate({ signal }) {
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

define(tlsCertificate, {
  title: "Certificate",
  target: HOST,
  options: OPTIONS,
  defaults: { intervalMs: 3_600_000 },
});

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

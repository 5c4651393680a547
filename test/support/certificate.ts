import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a certificate of the tests says. */
export interface CertificateOptions {
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Who signs it. Left out: it signs itself. */
  readonly issuer?: Certificate;
}

export interface Certificate {
  readonly commonName: string;
  readonly privateKey: KeyObject;
  /** The private key in PEM. */
  readonly key: string;
  /** The certificate in PEM. */
  readonly cert: string;
}

const SHA256_WITH_ECDSA = "2a8648ce3d040302";
const COMMON_NAME = "550403";
const SUBJECT_ALT_NAME = "551d11";
const BASIC_CONSTRAINTS = "551d13";

/** Makes a certificate, for any time, without another program. It may sign others, and is for its name and 127.0.0.1. */
export function createCertificate({
  commonName,
  notBefore,
  notAfter,
  issuer,
}: CertificateOptions): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(0x30, oid(SHA256_WITH_ECDSA));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    toName(issuer?.commonName ?? commonName),
    der(0x30, toTime(notBefore), toTime(notAfter)),
    toName(commonName),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, toSubjectAltName(commonName), toBasicConstraints())),
  );
  const signature = sign("sha256", body, issuer?.privateKey ?? privateKey);
  const certificate = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
  return {
    commonName,
    privateKey,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    cert: toPem(certificate),
  };
}

/** Tag, length, content: how ASN.1 writes everything. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function toName(commonName: string): Buffer {
  return der(0x30, der(0x31, der(0x30, oid(COMMON_NAME), der(0x0c, Buffer.from(commonName)))));
}

function toTime(date: Date): Buffer {
  return der(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]|\..*/g, "")}Z`));
}

function toSubjectAltName(commonName: string): Buffer {
  const names = der(0x30, der(0x82, Buffer.from(commonName)), der(0x87, Buffer.from([127, 0, 0, 1])));
  return der(0x30, oid(SUBJECT_ALT_NAME), der(0x04, names));
}

function toBasicConstraints(): Buffer {
  return der(0x30, oid(BASIC_CONSTRAINTS), der(0x04, der(0x30, der(0x01, Buffer.from([255])))));
}

function toPem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

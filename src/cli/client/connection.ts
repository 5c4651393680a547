import { readFileSync } from "node:fs";
import type { RequestOptions } from "node:http";
import { describeError } from "../../util/describe-error.ts";
import { replaceControlCharacters } from "../../util/text.ts";
import { CliError } from "../cli-error.ts";
import type { CONNECTION_OPTIONS, OptionValues } from "../command.ts";
import { expectTypedHost, type ServiceUrl } from "./service-url.ts";

/** How to connect, for all requests of a command. */
export interface Connection {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly tls: Pick<RequestOptions & { ca?: string }, "ca"> & { readonly rejectUnauthorized: boolean };
}

/** A field name and its value (RFC 9110, 5.1). */
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;

/** A PEM certificate, up to its end marker if there is one. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----(?:[\s\S]*?-----END CERTIFICATE-----)?/g;

/**
 * Reads the connection options for these services.
 *
 * @throws CliError for an invalid header, a header for a guessed host, or a file that cannot be read.
 */
export function toConnection(
  values: OptionValues<typeof CONNECTION_OPTIONS>,
  services: readonly ServiceUrl[],
): Connection {
  if (values.header.length > 0) for (const service of services) expectTypedHost("--header", service);
  const ca = values.ca === undefined ? undefined : readCertificates(values.ca);
  return {
    headers: toHeaders(values.header.map(parseHeader)),
    tls: { rejectUnauthorized: !values.insecure, ...(ca !== undefined && { ca }) },
  };
}

function parseHeader(text: string): [name: string, value: string] {
  const [, name, value = ""] = HEADER.exec(text) ?? [];
  // Headers contain secrets, so the message does not show an invalid one. Headers of HTTP/1.1 are Latin-1.
  if (name === undefined || replaceControlCharacters(value) !== value || /[^\0-\xff]/.test(value))
    throw new CliError("--header: expected 'NAME: VALUE', in one line, without characters beyond Latin-1");
  return [name.toLowerCase(), value];
}

/** A header that is given more than once is sent more than once. */
function toHeaders(fields: readonly (readonly [name: string, value: string])[]): Connection["headers"] {
  const headers = new Map<string, string | string[]>();
  for (const [name, value] of fields) {
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(headers);
}

function readCertificates(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(`--ca: ${describeError(error)}`, { cause: error });
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new CliError(`--ca: no certificate in ${file}. Expected PEM`);
  // TLS would ignore an invalid certificate and then report that none is trusted.
  if (!certificates.every(isCertificate))
    throw new CliError(`--ca: a certificate in ${file} is broken. Expected PEM`);
  return text;
}

function isCertificate(pem: string): boolean {
  // Loaded on demand: most commands have no certificates to read.
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

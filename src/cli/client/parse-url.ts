import { CliError } from "../cli-error.ts";

const EXPECTED =
  "expected a URL such as http://localhost:8080, localhost:8080 or unix:/run/app.sock:/svc_status";

const MAX_PORT = 65_535;

/** The host and the port of an address, as typed. */
const AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/(?:[^/?#\\]*@)?(\[[^\]]*\]|[^/?#\\:]*)(?::(\d+))?(?=[/?#\\]|$)/i;

/**
 * Reads the address of a service. `text` is what the user typed.
 *
 * @throws CliError for any scheme except http and https, an invalid port, and a number that is not a complete
 * address.
 */
export function parseUrl(address: string, text: string): URL {
  const [, host = "", port] = AUTHORITY.exec(address) ?? [];
  if (port !== undefined && !isPort(Number(port)))
    throw toUnexpected(text, `, with a port from 1 to ${MAX_PORT}`);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || /\s/.test(address) || !isUserReadable(url))
    throw toUnexpected(text);
  if (isIpv4(url.hostname) && host !== url.hostname) throw toUnexpectedHost(url, host);
  url.hash = "";
  return url;
}

function isPort(number: number): boolean {
  return number >= 1 && number <= MAX_PORT;
}

function isUserReadable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function isIpv4(hostname: string): boolean {
  return /^\d+(?:\.\d+){3}$/.test(hostname);
}

/** The typed address may contain a password, so messages do not show it. */
export function toUnexpected(text: string, rule = ""): CliError {
  return new CliError(`${EXPECTED}${rule}${text.includes("@") ? "" : `, got ${JSON.stringify(text)}`}`);
}

/** URLs parse `9101` as 0.0.35.141, which is never intended. */
function toUnexpectedHost({ hostname }: URL, host: string): CliError {
  const port =
    /^\d+$/.test(host) && isPort(Number(host)) ? `. For a port of this machine: localhost:${host}` : "";
  return new CliError(
    `expected a host name or a complete IPv4 address, got ${JSON.stringify(host)}, which would mean ${hostname}${port}`,
  );
}

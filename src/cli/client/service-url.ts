import { CliError } from "../cli-error.ts";
import { expectSocketPath } from "../socket-path.ts";

/** Where a service is. */
export interface ServiceUrl {
  /** For a unix socket the host is `localhost`, and says nothing. */
  readonly url: URL;
  readonly socketPath?: string;
}

/** What stands behind the path of the status for each of its formats. */
const FORMAT_SUFFIX = /\.(?:csv|json|prometheus|health|html)$/;

const EXPECTED =
  "expected a URL such as http://localhost:8080, localhost:8080 or unix:/run/app.sock:/svc_status";

/**
 * Reads `http://host:port/path`, the same without `http://`, and `unix:/run/app.sock:/path`.
 *
 * @throws CliError for anything else.
 */
export function parseServiceUrl(text: string): ServiceUrl {
  const [isUnix, socketPath, path = "/"] = /^unix:(?:\/\/)?(.*?)(?::(\/.*))?$/.exec(text) ?? [];
  if (isUnix === undefined)
    return { url: toUrl(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`, text) };
  if (socketPath === undefined || socketPath === "")
    throw new CliError(`${EXPECTED}, got ${JSON.stringify(text)}`);
  return { url: toUrl(`http://localhost${path}`, text), socketPath: expectSocketPath(socketPath) };
}

function toUrl(address: string, text: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || /\s/.test(address) || !isUserReadable(url)) {
    // It may hold a password, which belongs on no screen.
    throw new CliError(`${EXPECTED}${text.includes("@") ? "" : `, got ${JSON.stringify(text)}`}`);
  }
  url.hash = "";
  return url;
}

function isUserReadable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/**
 * Where the status of a service may be had in a format, of some handlers: at its path, and at its path with the suffix
 * of the format. Where the address has a suffix, at that of the format alone. A path that ends in `/` is where
 * `svc_status` is; any other path is its own, or that of the probe beside it.
 */
export function toStatusUrls(
  service: ServiceUrl,
  suffix: string,
  names: readonly string[] = [],
): readonly [ServiceUrl, ServiceUrl?] {
  function toUrlWith(ending: string): ServiceUrl {
    return withPath(service, (url) => {
      url.pathname = `${toOwnPath(url.pathname, "svc_status", "probe_status")}${ending}`;
      for (const name of names) url.searchParams.append("name", name);
    });
  }
  if (FORMAT_SUFFIX.test(service.url.pathname)) return [toUrlWith(suffix)];
  return [toUrlWith(""), toUrlWith(suffix)];
}

/** The probe of a service, found like its status. */
export function toProbeUrl(service: ServiceUrl, body?: string): ServiceUrl {
  return withPath(service, (url) => {
    url.pathname = toOwnPath(url.pathname, "probe_status", "svc_status");
    url.search = body === undefined ? "" : `?body=${encodeURIComponent(body)}`;
  });
}

function toOwnPath(path: string, own: string, other: string): string {
  const bare = path.replace(FORMAT_SUFFIX, "");
  if (bare.endsWith("/")) return bare + own;
  return bare.endsWith(`/${other}`) ? bare.slice(0, -other.length) + own : bare;
}

function withPath({ url, ...rest }: ServiceUrl, change: (url: URL) => void): ServiceUrl {
  const changed = new URL(url);
  change(changed);
  return { ...rest, url: changed };
}

/** A URL as it may be shown: without user and password. */
export function describeServiceUrl({ url, socketPath }: ServiceUrl): string {
  const path = url.pathname + url.search;
  if (socketPath !== undefined) return `unix:${socketPath}${path === "/" ? "" : `:${path}`}`;
  return url.origin + (path === "/" ? "" : path);
}

/** Where to connect to. An IPv6 address stands in brackets only in URLs. */
export function toAddress({ protocol, hostname, port }: URL): { host: string; port: number } {
  const usualPort = protocol === "https:" ? 443 : 80;
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? usualPort : Number(port) };
}

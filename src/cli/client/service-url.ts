import { CliError } from "../cli-error.ts";
import { expectSocketPath } from "../socket-path.ts";
import { parseUrl, toUnexpected } from "./parse-url.ts";

/** The address of a service. */
export interface ServiceUrl {
  /** For a unix socket, the host is `localhost` and has no meaning. */
  readonly url: URL;
  readonly socketPath?: string;
  /**
   * The user typed only a port: the host is assumed to be this machine, and gets neither tokens nor headers.
   */
  readonly isHostGuessed?: true;
}

/** The suffix of a status path for each format. */
const FORMAT_SUFFIX = /\.(?:csv|json|prometheus|health|html|report|history)$/;

/** `8080`, `:8080` and `8080/path`. */
const PORT_ALONE = /^:?(\d+(?:[/?#].*)?)$/;

/**
 * Reads `http://host:port/path`, the same without `http://`, a port of this machine, and `unix:/run/app.sock:/path`.
 *
 * @throws CliError for anything else.
 */
export function parseServiceUrl(text: string): ServiceUrl {
  const [, port] = PORT_ALONE.exec(text) ?? [];
  if (port !== undefined) return { url: parseUrl(`http://localhost:${port}`, text), isHostGuessed: true };
  const [isUnix, socketPath, path = "/"] = /^unix:(?:\/\/)?(.*?)(?::(\/.*))?$/.exec(text) ?? [];
  if (isUnix === undefined)
    return { url: parseUrl(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`, text) };
  if (socketPath === undefined || socketPath === "") throw toUnexpected(text);
  return { url: parseUrl(`http://localhost${path}`, text), socketPath: expectSocketPath(socketPath) };
}

/** Headers and tokens are secrets. @throws CliError if they would go to a host that the user did not type. */
export function expectTypedHost(option: string, { url, isHostGuessed }: ServiceUrl): void {
  if (isHostGuessed)
    throw new CliError(`${option} is sent only to a host that you name. ${toTypedHost(url)}`);
}

/** Advises the user to type the host too. */
export function toTypedHost({ host, port }: URL): string {
  return `Write ${host} instead of ${port || 80}`;
}

/**
 * The URLs of a service's status in a format, for some handlers: its path, and its path with the suffix of
 * the format. If the address already has a suffix, there is only the second URL. A path that ends in
 * `/` contains `svc_status`; any other path is the path of the status itself, or of its probe.
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
export function toProbeUrl(service: ServiceUrl, change: Readonly<Record<string, string>> = {}): ServiceUrl {
  return withPath(service, (url) => {
    url.pathname = toOwnPath(url.pathname, "probe_status", "svc_status");
    url.search = Object.entries(change)
      .map(([name, value], index) => `${index === 0 ? "?" : "&"}${name}=${encodeURIComponent(value)}`)
      .join("");
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

/** A URL that is safe to show: without user and password. */
export function describeServiceUrl({ url, socketPath }: ServiceUrl): string {
  const path = url.pathname + url.search;
  if (socketPath !== undefined) return `unix:${socketPath}${path === "/" ? "" : `:${path}`}`;
  return url.origin + (path === "/" ? "" : path);
}

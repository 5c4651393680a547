/** What a request target asks for. */
export interface Target {
  /** The path, percent-decoded once. */
  readonly path: string;
  /** What stands behind the `?`, as it came. */
  readonly query: string;
}

const SCHEME_AND_AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;

/**
 * Reads a request target (RFC 9112, 3.2) in origin-form or absolute-form; `undefined` for what can be no path.
 * `//svc_status` is a path that begins with two slashes, and not a host.
 */
export function parseTarget(target: string): Target | undefined {
  const local = target.startsWith("/") ? target : target.replace(SCHEME_AND_AUTHORITY, "");
  const queryStart = local.indexOf("?");
  const rawPath = queryStart === -1 ? local : local.slice(0, queryStart);
  const query = queryStart === -1 ? "" : local.slice(queryStart + 1);
  const path = decodePath(rawPath);
  return path === undefined ? undefined : { path, query };
}

function decodePath(path: string): string | undefined {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

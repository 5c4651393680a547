/** What a request target asks for. */
export interface Target {
  /** The path. Only characters that cannot be part of a path are decoded: `%20`, but not `%3A` or `%25`. */
  readonly path: string;
  /** What follows the `?`, as it came. */
  readonly query: string;
}

const SCHEME_AND_AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;

/** Escapes of `/` and of characters that never need one (RFC 3986, 2.3), and those written in lower case. */
const NEEDLESS_ESCAPE = /%(?:2[1789AD-F]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE]|[\dA-F]?[a-f])/;
/** `.` and `..`, and the backslash, which URL parsers take for a slash. */
const NEEDS_RESOLVING = /\/\.{1,2}(?:\/|$)|\\/;

/**
 * Reads a request target (RFC 9112, 3.2) in origin-form or absolute-form; `undefined` if it is not the canonical
 * spelling of a path. A rule of a proxy for `/probe_status` would not match `/%70robe_status`, so neither do we.
 * `//svc_status` is a path that begins with two slashes, and not a host.
 */
export function parseTarget(target: string): Target | undefined {
  const local = target.startsWith("/") ? target : target.replace(SCHEME_AND_AUTHORITY, "");
  const queryStart = local.indexOf("?");
  const rawPath = queryStart === -1 ? local : local.slice(0, queryStart);
  const query = queryStart === -1 ? "" : local.slice(queryStart + 1);
  const path = NEEDS_RESOLVING.test(rawPath) ? undefined : decodePath(rawPath);
  return path === undefined ? undefined : { path, query };
}

function decodePath(path: string): string | undefined {
  if (!path.includes("%")) return path;
  if (NEEDLESS_ESCAPE.test(path)) return undefined;
  try {
    // What decodeURI() leaves escaped, a URL distinguishes from the character itself.
    return decodeURI(path.replaceAll("%25", "%2525"));
  } catch {
    return undefined;
  }
}

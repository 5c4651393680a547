/** The parts of a request target. */
export interface Target {
  /** The path. Only characters that cannot be part of a path are decoded: `%20`, but not `%3A` or `%25`. */
  readonly path: string;
  /** The text after the `?`, unchanged. */
  readonly query: string;
}

const SCHEME_AND_AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;

/** Escapes of `/` and of characters that never need one (RFC 3986, 2.3), and those written in lower case. */
const NEEDLESS_ESCAPE = /%(?:2[1789AD-F]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE]|[\dA-F]?[a-f])/;
/** `.` and `..` segments, and the backslash, which URL parsers treat as a slash. */
const NEEDS_RESOLVING = /\/\.{1,2}(?:\/|$)|\\/;

/**
 * Parses a request target (RFC 9112, 3.2) in origin-form or absolute-form. Returns `undefined` if it is not
 * the canonical spelling of a path: a proxy's rule for `/probe_status` does not match `/%70robe_status`, so
 * neither do we. `//svc_status` is a path that begins with two slashes, not a host.
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
    // decodeURI() keeps escapes that differ in meaning from the character itself.
    return decodeURI(path.replaceAll("%25", "%2525"));
  } catch {
    return undefined;
  }
}

/**
 * What a route says to @fastify/cors in front of it, in its `config.cors`: OPTIONS is what HAProxy asks with, and not
 * a preflight that lacks its headers. Left out, it is answered 400.
 */
export const NO_PREFLIGHT: object = { preflight: false };

/** A path as Fastify's router reads it: a colon would begin a parameter. */
export function toRouteUrl(path: string): string {
  return path.replaceAll(":", "::");
}

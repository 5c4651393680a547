/**
 * The `config.cors` of a route, for @fastify/cors. HAProxy checks with OPTIONS. Without this setting,
 * @fastify/cors treats that as an incomplete preflight and answers 400.
 */
export const NO_PREFLIGHT: object = { preflight: false };

/** Escapes colons, which start a parameter in Fastify's router. */
export function toRouteUrl(path: string): string {
  return path.replaceAll(":", "::");
}

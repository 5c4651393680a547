import { log } from "../util/logger.ts";
import type { ResolvedDrainOptions } from "./options.ts";
import { type DrainableServer, isGrpc } from "./server-kind.ts";

/**
 * Logs a warning if the server listens with a `keepAliveTimeout` that loses requests: if the server closes a
 * connection while the balancer sends the next request over it, that request is lost. Returns a function that
 * stops watching.
 */
export function warnOfKeepAlive(
  server: DrainableServer,
  { balancerIdleMs, logger }: Pick<ResolvedDrainOptions, "balancerIdleMs" | "logger">,
): () => void {
  if (isGrpc(server)) return () => {};

  function warn(): void {
    const keepAliveMs = "keepAliveTimeout" in server ? server.keepAliveTimeout : 0;
    // 0 means that idle connections are kept forever.
    if (keepAliveMs === 0 || keepAliveMs > balancerIdleMs) return;
    log(
      logger,
      "warn",
      "keep-alive-short",
      `keepAliveTimeout is ${keepAliveMs} ms, but a load balancer that keeps idle connections for ${balancerIdleMs} ms ` +
        `may reuse one as it closes and lose the request: set server.keepAliveTimeout = ${balancerIdleMs + 5_000}`,
    );
  }

  // Otherwise, it is checked when it listens, because the setting may change until then.
  if (server.listening) warn();
  else server.once("listening", warn);
  return () => void server.off("listening", warn);
}

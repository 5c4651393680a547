import { log } from "../util/logger.ts";
import type { ResolvedDrainOptions } from "./options.ts";
import type { DrainableServer } from "./servers.ts";

/**
 * Says so when the server will listen with a `keepAliveTimeout` that loses requests: a connection that it closes
 * while the balancer sends the next request over it is a lost request. Returns the function that ends the watching.
 */
export function warnOfKeepAlive(
  server: DrainableServer,
  { balancerIdleMs, logger }: Pick<ResolvedDrainOptions, "balancerIdleMs" | "logger">,
): () => void {
  function warn(): void {
    const keepAliveMs = "keepAliveTimeout" in server ? server.keepAliveTimeout : 0;
    // 0 means that idle connections are kept for ever.
    if (balancerIdleMs === 0 || keepAliveMs === 0 || keepAliveMs > balancerIdleMs) return;
    log(
      logger,
      "warn",
      `keepAliveTimeout is ${keepAliveMs} ms, but a load balancer that keeps idle connections for ${balancerIdleMs} ms ` +
        `loses a request whenever it uses one just then: set server.keepAliveTimeout = ${balancerIdleMs + 5_000}`,
    );
  }

  // What is set between here and listening counts too.
  if (server.listening) warn();
  else server.once("listening", warn);
  return () => void server.off("listening", warn);
}

// How each library ends a service at SIGTERM. All of them get the same grace period, and every setting that their
// documentation recommends for a load balancer.
import { setTimeout as sleep } from "node:timers/promises";

/** The platform kills the process after this: enough for a wait of 20 s and a download of 25 s after it. */
const GRACE_MS = 60_000;
const PEER_TIMEOUT_MS = GRACE_MS - 5_000;

/** The pause before closing that `lightship` and `@godaddy/terminus` recommend. */
const PAUSE_MS = 5_000;

const PROBE = "/probe_status";

/**
 * Each takes what the service has, and returns the function that handles its requests. `closeAll` closes the
 * workers in the way that the documentation of their client shows.
 */
export const WAYS = {
  async "svc-status"({ server, isWorker, handle, drain, makeConsumers }) {
    const { serviceStatus } = await import("../../dist/adapters/node.js");
    const { drainOnSignals } = await import("../../dist/drain/index.js");
    const { addStatusHandler } = await import("../../dist/index.js");
    addStatusHandler("Self", { status: () => ({ state: "OK" }) });
    const answerStatus = serviceStatus({ healthProbes: true });
    // No balancer sends requests to a worker, so the drain need not wait for one.
    drainOnSignals(isWorker ? [] : server, {
      graceMs: GRACE_MS,
      streams: { endsByItself: ({ url }) => url === "/tokens" },
      consumers: await makeConsumers(),
      ...drain,
    });
    return (request, response) => answerStatus(request, response, () => handle(request, response));
  },

  async "http-terminator"({ server, handle, closeAll }) {
    const { createHttpTerminator } = await import("http-terminator");
    const terminator = createHttpTerminator({ server, gracefulTerminationTimeout: PEER_TIMEOUT_MS });
    process.once("SIGTERM", async () => {
      await terminator.terminate();
      await closeAll();
      process.exit(0);
    });
    return withProbe(handle, () => true);
  },

  async "close-with-grace"({ server, handle, closeAll }) {
    const { default: closeWithGrace } = await import("close-with-grace");
    closeWithGrace({ delay: PEER_TIMEOUT_MS, logger: false }, async () => {
      await new Promise((resolve) => server.close(resolve));
      await closeAll();
    });
    return withProbe(handle, () => true);
  },

  async lightship({ server, handle, closeAll }) {
    const { createLightship } = await import("lightship");
    const lightship = await createLightship({
      detectKubernetes: false,
      port: 0,
      shutdownDelay: PAUSE_MS,
      gracefulShutdownTimeout: PEER_TIMEOUT_MS,
      shutdownHandlerTimeout: PEER_TIMEOUT_MS,
    });
    lightship.registerShutdownHandler(() => new Promise((resolve) => server.close(resolve)));
    lightship.registerShutdownHandler(closeAll);
    lightship.signalReady();
    return withProbe(handle, () => lightship.isServerReady());
  },

  async "@godaddy/terminus"({ server, handle, closeAll }) {
    const { createTerminus } = await import("@godaddy/terminus");
    server.on("request", (request, response) => {
      if (request.url !== PROBE && request.url !== "/readyz") handle(request, response);
    });
    createTerminus(server, {
      healthChecks: { [PROBE]: async () => {}, "/readyz": async () => {} },
      timeout: PEER_TIMEOUT_MS,
      beforeShutdown: () => sleep(PAUSE_MS),
      onSignal: closeAll,
    });
    return undefined;
  },
};

/** For libraries without a probe, and for those whose own server is on another port. */
function withProbe(handle, isReady) {
  return function answer(request, response) {
    if (request.url !== PROBE && request.url !== "/readyz") return handle(request, response);
    return response.writeHead(isReady() ? 200 : 503).end();
  };
}

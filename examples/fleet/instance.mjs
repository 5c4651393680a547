import { createServer } from "node:http";
import { check, createProbe, createStatusRegistry } from "svc-status";
import { serviceStatus } from "svc-status/node";

/** Shorter than the timeout of a scrape, so that an instance whose handler hangs can say so. */
const TIMEOUT_MS = 500;

/**
 * One instance of a service. In production this is a process, and uses the default registry and probe.
 *
 * @param own The name of what the service uses itself, and `use()`, a round trip to it.
 * @param upstreams The services that it calls, by `call(service, signal)`.
 */
export function createInstance({ service, own, use, upstreams, call }) {
  let server;
  let probe;
  let port = 0;

  async function start(version) {
    const registry = createStatusRegistry();
    probe = createProbe();
    registry.addStatusHandler(own, check(use), { timeoutMs: TIMEOUT_MS });
    // `upstream` is the job of the other service in Prometheus: its RED explains this one's.
    for (const upstream of upstreams)
      registry.addStatusHandler(
        `call ${upstream}`,
        check(({ signal }) => call(upstream, signal)),
        { upstream, timeoutMs: TIMEOUT_MS },
      );
    const answerStatus = serviceStatus({
      registry,
      probe,
      service: { name: service, version },
      svcStatus: { prometheus: { extended: true } },
    });
    server = createServer((request, response) => answerStatus(request, response, () => serve(response)));
    // Uses a free port the first time, and the same port later, because Prometheus knows it.
    await new Promise((resolve, reject) => {
      server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    server.once("close", () => registry.close());
    port = server.address().port;
  }

  /** The purpose of the service: it needs what it uses, and the services that it calls. */
  async function serve(response) {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      await Promise.all([use(), ...upstreams.map((upstream) => call(upstream, signal))]);
      response.end(`${service}\n`);
    } catch (error) {
      response.writeHead(503).end(`${error.message}\n`);
    }
  }

  return {
    get address() {
      return `127.0.0.1:${port}`;
    },
    get probe() {
      return probe;
    },
    start,
    /** Ends at once, as a process that is killed. */
    async kill() {
      if (!server.listening) return;
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

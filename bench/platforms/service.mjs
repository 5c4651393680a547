// A service for platforms.mjs: node service.mjs '{"way":…,"preset":…,"port":…,"probePort":…}'
import { createServer } from "node:http";

const { way, preset, port, probePort } = JSON.parse(process.argv[2]);
const ANSWER_MS = 10;

const server = createServer((request, response) => {
  answerProbe(request, response, () => setTimeout(() => response.end("hello\n"), ANSWER_MS));
});
server.keepAliveTimeout = 65_000;
let answerProbe = (request, response, next) =>
  request.url === "/probe_status" ? response.end("OK") : next();

/** The defaults of each package. If it has no view for the probe, the probe answers until the server closes. */
const WAYS = {
  async "svc-status"() {
    const { serviceStatus } = await import("../../dist/adapters/node.js");
    const { drainOnSignals } = await import("../../dist/drain/index.js");
    answerProbe = serviceStatus();
    drainOnSignals(server, { preset });
  },
  async "@godaddy/terminus"() {
    const { createTerminus } = (await import("@godaddy/terminus")).default;
    createTerminus(server, { signal: "SIGTERM", healthChecks: { "/probe_status": async () => {} } });
  },
  async lightship() {
    const { createLightship } = await import("lightship");
    // As in Kubernetes: elsewhere it takes a random port, and does not wait.
    const lightship = await createLightship({ port: probePort, detectKubernetes: false });
    lightship.registerShutdownHandler(() => new Promise((resolve) => server.close(resolve)));
    lightship.signalReady();
  },
  async "http-terminator"() {
    const { createHttpTerminator } = await import("http-terminator");
    const terminator = createHttpTerminator({ server });
    process.once("SIGTERM", () => void terminator.terminate().then(() => process.exit(0)));
  },
  async "close-with-grace"() {
    const { default: closeWithGrace } = await import("close-with-grace");
    closeWithGrace(() => new Promise((resolve) => server.close(resolve)));
  },
};

await WAYS[way]();
server.listen(port, "127.0.0.1", () => console.log("listening"));

// A simulated Kubernetes: connections go to Pods in turn, a kubelet probes, and the nodes learn late who has left.
import { request } from "node:http";
import { connect, createServer } from "node:net";

const PROBE_INTERVAL_MS = 1_000;
const FAILURES = 3;

export async function startEndpoints({ port, services, lagMs }) {
  const removed = new Set();
  const failures = new Map(services.map((service) => [service, 0]));
  let turn = 0;

  function choose() {
    const ready = services.filter((service) => !removed.has(service) && failures.get(service) < FAILURES);
    turn += 1;
    return ready[turn % ready.length];
  }

  // Like kube-proxy: it chooses for each connection, and never touches an open one.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const service = choose();
    if (service === undefined) return client.destroy();
    const pod = connect({ port: service, host: "127.0.0.1", allowHalfOpen: true });
    client.pipe(pod).pipe(client);
    for (const [one, other] of [
      [client, pod],
      [pod, client],
    ]) {
      one.on("error", () => other.resetAndDestroy());
      one.on("close", () => other.destroy());
    }
    return undefined;
  });

  function probe(service) {
    const sent = request({
      host: "127.0.0.1",
      port: service,
      path: "/readyz",
      agent: false,
      timeout: 10_000,
      headers: { "User-Agent": "kube-probe/1.30" },
    });
    sent.on("response", (response) => {
      response.resume();
      failures.set(service, response.statusCode < 400 ? 0 : failures.get(service) + 1);
    });
    sent.on("timeout", () => sent.destroy(new Error("timeout")));
    sent.on("error", () => failures.set(service, failures.get(service) + 1));
    sent.end();
  }

  const timer = setInterval(() => services.forEach(probe), PROBE_INTERVAL_MS);
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    /** The Pod is terminating: the nodes learn it after the lag, whatever its probe says. */
    noteSignal: (service) => void setTimeout(() => removed.add(service), lagMs),
    noteStart(service) {
      removed.delete(service);
      failures.set(service, FAILURES);
    },
    close() {
      clearInterval(timer);
      server.close();
    },
  };
}

// Answers for many instances: at /<number>/svc_status.prometheus, with the services in turn.
import { createServer } from "node:http";
import { serviceStatus } from "../../dist/adapters/node.js";
import { createStatusRegistry, StateHandler } from "../../dist/index.js";

const [services, handlers] = process.argv.slice(2).map(Number);

const answers = Array.from({ length: services }, (_, service) => {
  const registry = createStatusRegistry();
  for (let handler = 0; handler < handlers; handler += 1) {
    const isRed = service % 10 === 0 && handler === 0;
    const upstream = `service-${Math.max(0, service - 10)}`;
    const status = new StateHandler();
    status.setState(isRed ? "RED" : "OK");
    registry.addStatusHandler(`Handler ${handler}`, status, handler === 0 ? { upstream } : {});
  }
  return serviceStatus({
    registry,
    service: { name: `service-${service}`, version: "1.0.0" },
    svcStatus: { prometheus: { extended: true } },
  });
});

const server = createServer((request, response) => {
  const [, number, path] = /^\/(\d+)(\/.*)$/.exec(request.url) ?? [];
  request.url = path;
  answers[Number(number) % services](request, response);
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.once("disconnect", () => process.exit());

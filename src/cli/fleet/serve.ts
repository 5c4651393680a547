import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { serviceStatus } from "../../adapters/node.ts";
import { fleetStatus } from "../../fleet/fleet-status.ts";
import { isLoopbackAddress, isLoopbackRequest } from "../../http/access.ts";
import { CliError } from "../cli-error.ts";
import type { ExitStatus } from "../command.ts";
import type { Io } from "../io.ts";
import { describeAddress, listen } from "../serve/listen.ts";
import { clean } from "../terminal/clean.ts";
import type { Values } from "./labels.ts";
import { toCredentialSources, toReaderOptions } from "./source.ts";

const PATH = "/fleet";

/** `svc-status fleet serve`: the page of the fleet, until a signal ends it. */
export async function serveFleet(values: Values, io: Io): Promise<ExitStatus> {
  const {
    host,
    port,
    refresh,
    "password-file": passwordFile,
    "instance-url": instanceUrl,
    details: hosts,
  } = values;
  const isLocal = host === "localhost" || isLoopbackAddress(host);
  if (!isLocal && passwordFile === undefined)
    throw new CliError(`--host ${host}: others can reach it. Add --password-file FILE with user:password`);
  const { service, within, selector, prometheus, maxAgeMs } = toReaderOptions(values, io.env);
  const { tls, tokenFile, basicFile } = toCredentialSources(values);
  const write = (message: string): void => io.stderr.write(`${clean(message)}\n`);
  const fleet = fleetStatus({
    prometheus: prometheus.url,
    labels: { service, within },
    selector,
    timeoutMs: prometheus.timeoutMs,
    maxAgeMs,
    refreshMs: refresh,
    ...(tokenFile !== undefined && { tokenFile }),
    ...(basicFile !== undefined && { basicFile }),
    ...(tls && { tls }),
    path: PATH,
    ...(instanceUrl !== undefined && { instanceUrl }),
    details: { hosts },
    logger: { info: write, warn: write, error: write },
    ...(passwordFile === undefined && { authorize: isLoopbackRequest }),
  });
  const answer = serviceStatus({ svcStatus: false, probeStatus: false, fleet });
  const isAllowed = passwordFile === undefined ? () => true : createPasswordCheck(passwordFile);
  const server = createServer((request, response) => {
    if (!isAllowed(request.headers.authorization))
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="fleet", charset="UTF-8"' }).end();
    else if (request.url === "/") response.writeHead(302, { Location: `.${PATH}` }).end();
    else answer(request, response);
  });
  await listen(server, { host, port });
  io.stdout.write(`listening on ${describeAddress(server, { host, port })}${PATH}\n`);
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  fleet.close();
  server.close();
  server.closeAllConnections();
  return 0;
}

/** Reads the file for each request, because passwords are replaced while a program runs. */
function createPasswordCheck(file: string): (authorization: string | undefined) => boolean {
  const read = (): string => readFileSync(file, "utf8").trim();
  if (!/^[^:]+:./.test(read())) throw new CliError(`--password-file: expected user:password in ${file}`);
  return (authorization = "") =>
    timingSafeEqual(hash(authorization), hash(`Basic ${Buffer.from(read()).toString("base64")}`));
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

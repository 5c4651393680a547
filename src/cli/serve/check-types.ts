import { clock } from "../../checks/clock.ts";
import { disk } from "../../checks/disk.ts";
import { dns } from "../../checks/dns.ts";
import { eventLoop } from "../../checks/event-loop.ts";
import { fileAge } from "../../checks/file-age.ts";
import { http } from "../../checks/http.ts";
import { memory } from "../../checks/memory.ts";
import { type Check, type CheckDefinition, getDefinition } from "../../checks/support/definition.ts";
import { tcp } from "../../checks/tcp.ts";
import { tlsCertificate } from "../../checks/tls-certificate.ts";
import type { StatusHandler } from "../../core/handler.ts";

/** The checks that do not need the client of an application. */
const CHECKS: readonly Check[] = [clock, disk, dns, eventLoop, fileAge, http, memory, tcp, tlsCertificate];

export interface CheckType extends CheckDefinition {
  /** Throws a TypeError for a wrong target or option. */
  readonly create: (target: string, options: object) => StatusHandler;
}

/** All checks that a configuration can name, by the names of their functions. */
export const CHECK_TYPES: Readonly<Record<string, CheckType>> = Object.fromEntries(
  CHECKS.map((check): [string, CheckType] => {
    const definition = getDefinition(check);
    const create = check as (...args: readonly unknown[]) => StatusHandler;
    return [
      check.name,
      {
        ...definition,
        create: (target, options) =>
          definition.target === undefined ? create(options) : create(target, options),
      },
    ];
  }),
);

/** The checks that use a client. Their modules have the same names. */
const CLIENT_CHECKS: readonly string[] = [
  "grpc",
  "memcached",
  "mqtt",
  "mysql",
  "nats",
  "pool",
  "postgres",
  "rabbitmq",
  "redis",
  "smtp",
  "sqlite",
];

/** Why a configuration cannot name these checks, and what to do. */
export const CLIENT_CHECK_REFUSALS: Readonly<Record<string, string>> = Object.fromEntries(
  CLIENT_CHECKS.map((name) => [
    name,
    `${name} needs a client: write the configuration as a module (.mjs), import ${name} from svc-status/checks/${name}, and use { name, handler: ${name}(client) }`,
  ]),
);

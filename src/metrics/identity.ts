import { expectKnownKeys, expectLine, expectObject } from "../options/expect.ts";
import type { ServiceIdentity } from "./families.ts";

const MAX_LENGTH = 200;

/** Throws a TypeError for a name or a version that cannot be a label. */
export function expectIdentity(service: ServiceIdentity): void {
  expectObject("service", service);
  expectKnownKeys("service", service, ["name", "version"]);
  const { name, version } = service;
  if (name !== undefined) expectLine("service.name", name, MAX_LENGTH);
  if (version !== undefined) expectLine("service.version", version, MAX_LENGTH);
}

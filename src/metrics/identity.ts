import { readOptions } from "../options/read-options.ts";
import { line } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import type { ServiceIdentity } from "./families.ts";

const MAX_LENGTH = 200;

const IDENTITY: OptionShapes<ServiceIdentity, ServiceIdentity> = {
  name: line(MAX_LENGTH),
  version: line(MAX_LENGTH),
};

/** Throws a TypeError for a name or a version that cannot be a label. */
export function expectIdentity(service: ServiceIdentity): void {
  readOptions(IDENTITY, service, "service");
}

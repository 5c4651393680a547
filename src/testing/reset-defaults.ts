import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe } from "../core/probe.ts";

/**
 * Resets the default registry and the default probe, for `afterEach`: no handlers, no logger, commissioned.
 * Listeners stay until you call the function that `on()` returned.
 */
export function resetDefaults(): void {
  for (const name of defaultRegistry.names) defaultRegistry.removeStatusHandler(name);
  defaultRegistry.logger = undefined;
  defaultProbe.commission();
}

import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe } from "../core/probe.ts";

/**
 * Makes the default registry and the default probe what they were at first, for `afterEach`: no handlers, no logger,
 * commissioned. Listeners stay until the function that `on()` returned ends them.
 */
export function resetDefaults(): void {
  for (const name of defaultRegistry.names) defaultRegistry.removeStatusHandler(name);
  defaultRegistry.logger = undefined;
  defaultProbe.commission();
}

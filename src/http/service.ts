import { createViews, type StatusService } from "./create-views.ts";
import type { ServiceStatusOptions } from "./options.ts";
import { resolveOptions } from "./resolve-options.ts";

/** Creates all views with these options. Throws a TypeError for invalid ones. */
export function createStatusService(options?: ServiceStatusOptions): StatusService {
  return createViews(resolveOptions(options));
}

import type { StatusRegistry } from "../core/registry/registry.ts";
import { settleWithin } from "../util/settle-within.ts";
import { createTrouble } from "../util/trouble.ts";
import type { StatusRequest } from "./message.ts";
import type { ResolvedSvcStatus } from "./options.ts";
import { isPermitted } from "./permission.ts";

/** Timeout for `authorize` here: a verdict must not be late because of the names in it. */
const NAMES_TIMEOUT_MS = 500;

const TROUBLE = {
  event: "health-names",
  what: "svcStatus.authorize failed, health probes hide names",
  recovery: "svcStatus.authorize works again for health probes",
} as const;

/** Whether a client of the health probes may see names: it needs permission for the report. Never rejects. */
export function createNamesPermission(
  svcStatus: Pick<ResolvedSvcStatus, "authorize"> | undefined,
  registry: StatusRegistry,
): (request: StatusRequest) => boolean | Promise<boolean> {
  const trouble = createTrouble({ ...TROUBLE, getLogger: () => registry.logger });
  if (svcStatus === undefined) return () => false;
  const { authorize } = svcStatus;
  if (authorize === undefined) return () => true;
  return async function maySeeNames(request) {
    const decide = (): Promise<boolean> => settleWithin(isPermitted(authorize, request), NAMES_TIMEOUT_MS);
    return (await trouble.watch(decide)) ?? false;
  };
}

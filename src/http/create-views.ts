import type { StatusRegistry } from "../core/registry/registry.ts";
import { getRegistrySeams, setReadinessRule } from "../core/seams.ts";
import { emitWarning } from "../util/emit-warning.ts";
import { createTrouble } from "../util/trouble.ts";
import { createHealthProbesView } from "./health-probes.ts";
import { createIdentification } from "./identify.ts";
import {
  INTERNAL_ERROR,
  type PossibleResponse,
  type StatusRequest,
  type StatusResponse,
  withoutBody,
} from "./message.ts";
import { createNamesPermission } from "./names-permission.ts";
import type { ResolvedOptions } from "./options.ts";
import { createProbeStatusView } from "./probe-status.ts";
import { toServedRule } from "./served-rule.ts";
import { createStandings } from "./standings.ts";
import { createSvcStatusView } from "./svc-status.ts";
import { parseTarget } from "./target.ts";

/** Answers requests for its paths and returns `undefined` for others. Never throws or rejects. */
export interface StatusService {
  (request: StatusRequest): PossibleResponse;
  /** The paths that are served, for frameworks that need them in advance. */
  readonly paths: readonly string[];
}

/**
 * Creates all views, independent of any framework. The probe's response comes synchronously from memory; a
 * report is a promise.
 */
export function createViews(options: ResolvedOptions): StatusService {
  const { registry, probe, service, svcStatus, probeStatus, healthProbes, fleet } = options;
  const control = probeStatus?.control;
  const identification = createIdentification({ probe, instance: service.instance, control });
  const standings = createStandings(registry);
  const answerProbeStatus =
    probeStatus &&
    createProbeStatusView({ probe, registry, standings, options: probeStatus, identification });
  const svcStatusView =
    svcStatus &&
    createSvcStatusView({
      registry: svcStatus.registry ?? registry,
      probe,
      options: svcStatus,
      service,
      probeStatus,
      identification,
    });
  const maySeeNames = createNamesPermission(svcStatus, registry);
  const healthProbesView =
    healthProbes &&
    createHealthProbesView({ registry, standings, probe, options: healthProbes, maySeeNames });
  const rule = toServedRule({ healthProbes, probeStatus });
  if (rule !== undefined) setReadinessRule(registry, rule);
  const paths = [
    ...(svcStatusView?.paths ?? []),
    ...(probeStatus ? [probeStatus.path] : []),
    ...(healthProbesView?.paths ?? []),
    ...(fleet?.paths ?? []),
  ];
  const trouble = createTrouble({
    event: "status-request",
    what: "a status request failed",
    getLogger: () => registry.logger,
  });
  const warnIfEmpty = createEmptyWarning(svcStatus ? (svcStatus.registry ?? registry) : registry);

  function route(request: StatusRequest): PossibleResponse {
    const target = parseTarget(request.target);
    if (target === undefined) return undefined;
    if (fleet?.owns(target.path)) return fleet.answer(request, target);
    if (target.path === probeStatus?.path) return answerProbeStatus?.(request, target.query);
    const view = [svcStatusView, healthProbesView].find((each) => each?.owns(target.path));
    if (!view) return undefined;
    warnIfEmpty();
    return view.answer(request, target);
  }

  function answerOrFail(request: StatusRequest): PossibleResponse {
    try {
      const answer = route(request);
      return answer && identification.identify(request, answer);
    } catch (error) {
      return toInternalError(error);
    }
  }

  function toInternalError(error: unknown): StatusResponse {
    trouble.failed(error);
    return INTERNAL_ERROR;
  }

  function answerStatusRequest(request: StatusRequest): PossibleResponse {
    const answer = answerOrFail(request);
    if (answer === undefined) return undefined;
    const isHead = request.method === "HEAD";
    if (!(answer instanceof Promise)) return isHead ? withoutBody(answer) : answer;
    const settled = answer.catch(toInternalError);
    return isHead ? settled.then(withoutBody) : settled;
  }

  return Object.assign(answerStatusRequest, { paths });
}

/**
 * A registry without handlers at the first request is often a second copy of this package or a missing
 * import.
 */
function createEmptyWarning(registry: StatusRegistry): () => void {
  let isRequested = getRegistrySeams(registry).isReplica;
  return function warnIfEmpty() {
    if (isRequested) return;
    isRequested = true;
    if (registry.names.length === 0) emitWarning(EMPTY, { code: "SVC_STATUS_EMPTY" });
  };
}

const EMPTY =
  "the status was requested, but no handler is registered, so it is OK. " +
  "Call addStatusHandler() before the server listens.";

import type { StatusRegistry } from "../core/registry/registry.ts";
import { emitWarning } from "../util/emit-warning.ts";
import { createTrouble } from "../util/trouble.ts";
import { createHealthProbesView, type RemarkOf } from "./health-probes.ts";
import {
  type Answer,
  INTERNAL_ERROR,
  type StatusRequest,
  type StatusResponse,
  withoutBody,
} from "./message.ts";
import { resolveOptions, type ServiceStatusOptions } from "./options.ts";
import { createProbeStatusView } from "./probe-status.ts";
import { createSvcStatusView } from "./svc-status.ts";
import { parseTarget } from "./target.ts";

/** Answers what is ours, and gives `undefined` for what is not. Never throws and never rejects. */
export interface StatusService {
  (request: StatusRequest): Answer;
  /** Where something is served, for frameworks that must be told in advance. */
  readonly paths: readonly string[];
}

/** What only another part of this package may ask for. */
export interface ServiceExtras {
  /** What the health probes may say of a check. */
  readonly remarkOf?: RemarkOf;
  /** The handlers are registered elsewhere, and become known later. */
  readonly isReplica?: boolean;
}

/**
 * Everything that is served, without a framework. The probe is answered at once, from memory; a report is a
 * promise. Throws a TypeError for a mistake in the options.
 */
export function createStatusService(
  options?: ServiceStatusOptions,
  { remarkOf, isReplica = false }: ServiceExtras = {},
): StatusService {
  const { registry, probe, service, svcStatus, probeStatus, healthProbes } = resolveOptions(options);
  const answerProbeStatus = probeStatus && createProbeStatusView({ probe, registry, options: probeStatus });
  const svcStatusView =
    svcStatus &&
    createSvcStatusView({
      registry: svcStatus.registry ?? registry,
      probe,
      options: svcStatus,
      service,
      probeStatus,
    });
  const healthProbesView =
    healthProbes && createHealthProbesView({ registry, probe, paths: healthProbes, remarkOf });
  const paths = [
    ...(svcStatusView?.paths ?? []),
    ...(probeStatus ? [probeStatus.path] : []),
    ...(healthProbesView?.paths ?? []),
  ];
  const trouble = createTrouble({ what: "a status request failed", getLogger: () => registry.logger });
  const warnIfEmpty = createEmptyWarning(svcStatus ? (svcStatus.registry ?? registry) : registry);

  function route(request: StatusRequest): Answer {
    const target = parseTarget(request.target);
    if (target === undefined) return undefined;
    if (target.path === probeStatus?.path) return answerProbeStatus?.(request, target.query);
    const view = [svcStatusView, healthProbesView].find((each) => each?.owns(target.path));
    if (!view) return undefined;
    if (!isReplica) warnIfEmpty();
    return view.answer(request, target);
  }

  function answerOrFail(request: StatusRequest): Answer {
    try {
      return route(request);
    } catch (error) {
      return toInternalError(error);
    }
  }

  function toInternalError(error: unknown): StatusResponse {
    trouble.failed(error);
    return INTERNAL_ERROR;
  }

  function answerStatusRequest(request: StatusRequest): Answer {
    const answer = answerOrFail(request);
    if (answer === undefined) return undefined;
    const isHead = request.method === "HEAD";
    if (!(answer instanceof Promise)) return isHead ? withoutBody(answer) : answer;
    const settled = answer.catch(toInternalError);
    return isHead ? settled.then(withoutBody) : settled;
  }

  return Object.assign(answerStatusRequest, { paths });
}

/** The first answer of a registry without handlers may be the first sign of a second copy, or of a forgotten import. */
function createEmptyWarning(registry: StatusRegistry): () => void {
  let isAsked = false;
  return function warnIfEmpty() {
    if (isAsked) return;
    isAsked = true;
    if (registry.names.length === 0) emitWarning(EMPTY, { code: "SVC_STATUS_EMPTY" });
  };
}

const EMPTY =
  "the status was asked for and no handler is registered: the answer says OK. " +
  "Call addStatusHandler() before the server listens.";

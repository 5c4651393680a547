import { describeError } from "../core/describe-error.ts";
import { log } from "../core/logger.ts";
import {
  type Answer,
  createResponse,
  type StatusRequest,
  type StatusResponse,
  withoutBody,
} from "./message.ts";
import { resolveOptions, type ServiceStatusOptions } from "./options.ts";
import { createProbeStatusView } from "./probe-status.ts";
import { createSvcStatusView } from "./svc-status.ts";
import { parseTarget } from "./target.ts";

/** Answers what is ours, and gives `undefined` for what is not. Never throws and never rejects. */
export type StatusService = (request: StatusRequest) => Answer;

/**
 * Everything that is served, without a framework. The probe is answered at once, from memory; a report is a
 * promise. Throws a TypeError for a mistake in the options.
 */
export function createStatusService(options?: ServiceStatusOptions): StatusService {
  const { registry, probe, svcStatus, probeStatus } = resolveOptions(options);
  const answerProbeStatus = probeStatus && createProbeStatusView({ probe, registry, options: probeStatus });
  const svcStatusView = svcStatus && createSvcStatusView({ registry, probe, options: svcStatus });

  function route(request: StatusRequest): Answer {
    const target = parseTarget(request.target);
    if (target === undefined) return undefined;
    if (target.path === probeStatus?.path) return answerProbeStatus?.(request, target.query);
    if (svcStatusView?.owns(target.path)) return svcStatusView.answer(request, target);
    return undefined;
  }

  function toInternalError(error: unknown): StatusResponse {
    log(registry.logger, "error", `a status request failed: ${describeError(error)}`);
    return createResponse({ status: 500, body: "internal error\n" });
  }

  return function answerStatusRequest(request) {
    const answer = route(request);
    const isHead = request.method === "HEAD";
    if (!(answer instanceof Promise)) return isHead && answer !== undefined ? withoutBody(answer) : answer;
    const settled = answer.catch(toInternalError);
    return isHead ? settled.then(withoutBody) : settled;
  };
}

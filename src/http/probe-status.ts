import { COMMISSIONED_BODY, isProbeBody, MAX_PROBE_BODY_LENGTH, type Probe } from "../core/probe.ts";
import type { ReadinessRule } from "../core/readiness/rule.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { RED } from "../core/state.ts";
import { createTrouble } from "../util/trouble.ts";
import { decideControl } from "./access.ts";
import {
  type Answer,
  createResponse,
  INTERNAL_ERROR,
  type StatusRequest,
  type StatusResponse,
  toMethodNotAllowed,
} from "./message.ts";
import { tellProbeAnswered } from "./observe.ts";
import type { ResolvedProbeStatus } from "./options.ts";
import { judgeReadiness } from "./readiness.ts";
import { createStandings } from "./standings.ts";

export interface ProbeStatusSetup {
  readonly probe: Probe;
  readonly registry: StatusRegistry;
  readonly options: ResolvedProbeStatus;
}

/** Answers requests to the probe's path. `query` is the text after the `?`. */
export type ProbeStatusView = (request: StatusRequest, query: string) => NonNullable<Answer>;

const METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS", "POST"];

const BODY_IN_REQUEST = `the new body must be a query parameter: curl -X POST '…?body=OFF'; nothing was changed\n`;
const BODY_RULE = `body: expected at most ${MAX_PROBE_BODY_LENGTH} characters without control characters\n`;

const CONTROL_TROUBLE = {
  what: "probeStatus.control failed, the probe is unchanged",
  recovery: "probeStatus.control works again",
};

export function createProbeStatusView({ probe, registry, options }: ProbeStatusSetup): ProbeStatusView {
  const { control, requireHealthy, decommissionedStatus } = options;
  const notAllowed = toMethodNotAllowed(METHODS);
  const standings = createStandings(registry);
  const trouble = createTrouble({ ...CONTROL_TROUBLE, getLogger: () => registry.logger });
  let verdict = toVerdict(probe.body);
  let verdictBody = probe.body;

  return function answerProbeStatus(request, query) {
    if (request.method === "POST") return change(request, query);
    if (!METHODS.includes(request.method)) return notAllowed;
    return requireHealthy && probe.commissioned
      ? getHealthyVerdict(requireHealthy).then(tell)
      : tell(getVerdict());

    /** A drain needs to know which clients have seen the verdict. */
    function tell(response: StatusResponse): StatusResponse {
      tellProbeAnswered(probe, { request, status: response.status });
      return response;
    }
  };

  /** The response changes only with the body, so it is cached until then. */
  function getVerdict(): StatusResponse {
    if (probe.body !== verdictBody) {
      verdictBody = probe.body;
      verdict = toVerdict(verdictBody);
    }
    return verdict;
  }

  function toVerdict(body: string): StatusResponse {
    return createResponse({ status: body === COMMISSIONED_BODY ? 200 : decommissionedStatus, body });
  }

  async function getHealthyVerdict(rule: ReadinessRule): Promise<StatusResponse> {
    const names = registry.handlers.filter(({ critical }) => critical).map(({ name }) => name);
    const verdicts = await judgeReadiness({ registry, standings, rule }, names);
    const hasFailed = verdicts.some(({ verdict }) => verdict === "failed");
    return hasFailed ? createResponse({ status: 503, body: RED }) : getVerdict();
  }

  async function change(request: StatusRequest, query: string): Promise<StatusResponse> {
    const access = await trouble.watch(() => decideControl(control, request));
    if (access === undefined) return INTERNAL_ERROR;
    if (access !== "allowed") return toRefusal(access);
    const body = new URLSearchParams(query).getAll("body").at(-1);
    if (body === undefined && hasRequestBody(request))
      return createResponse({ status: 400, body: BODY_IN_REQUEST });
    if (body !== undefined && !isProbeBody(body)) return createResponse({ status: 400, body: BODY_RULE });
    setBody(body ?? COMMISSIONED_BODY);
    return createResponse({ status: 200, body: body ?? COMMISSIONED_BODY });
  }

  function setBody(body: string): void {
    if (body === COMMISSIONED_BODY) probe.commission();
    else probe.decommission(body);
  }
}

function toRefusal(status: 401 | 403): StatusResponse {
  const headers = status === 401 ? { "WWW-Authenticate": "Bearer" } : {};
  return createResponse({ status, body: status === 401 ? "unauthorized\n" : "forbidden\n", headers });
}

/** Whether the headers announce a body (RFC 9112, 6.3). The body is never read. */
function hasRequestBody(request: StatusRequest): boolean {
  const length = request.header("content-length");
  return request.header("transfer-encoding") !== undefined || (length !== undefined && length !== "0");
}

import type { Probe, ProbeChange } from "../core/probe.ts";
import { COMMISSIONED_BODY, type DecommissionOptions } from "../core/probe-setting.ts";
import type { ReadinessRule } from "../core/readiness/rule.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { RED } from "../core/state.ts";
import { log } from "../util/logger.ts";
import { quoteDetail } from "../util/printable.ts";
import { createTrouble } from "../util/trouble.ts";
import { decideControl } from "./access.ts";
import type { Identification } from "./identify.ts";
import {
  createResponse,
  INTERNAL_ERROR,
  type PossibleResponse,
  type StatusRequest,
  type StatusResponse,
  toMethodNotAllowed,
  toRefusal,
} from "./message.ts";
import { emitProbeAnswered } from "./observe.ts";
import type { ResolvedProbeStatus } from "./options.ts";
import { readChange, type WantedChange } from "./probe-change.ts";
import { judgeReadiness } from "./readiness.ts";
import type { Standings } from "./standings.ts";

export interface ProbeStatusSetup {
  readonly probe: Probe;
  readonly registry: StatusRegistry;
  /** The standings of the registry's handlers. */
  readonly standings: Standings;
  readonly options: ResolvedProbeStatus;
  readonly identification: Identification;
}

/** Answers requests to the probe's path. `query` is the text after the `?`. */
export type ProbeStatusView = (request: StatusRequest, query: string) => NonNullable<PossibleResponse>;

const METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS", "POST"];

const BODY_IN_REQUEST = `the new body must be a query parameter: curl -X POST '…?body=OFF'; nothing was changed\n`;

const CONTROL_TROUBLE = {
  event: "control-option",
  what: "probeStatus.control failed, the probe is unchanged",
  recovery: "probeStatus.control works again",
} as const;

export function createProbeStatusView(setup: ProbeStatusSetup): ProbeStatusView {
  const { probe, registry, standings, options, identification } = setup;
  const { control, requireHealthy, decommissionedStatus } = options;
  const notAllowed = toMethodNotAllowed(METHODS);
  const trouble = createTrouble({ ...CONTROL_TROUBLE, getLogger: () => registry.logger });
  let verdict = toVerdict(probe.body);
  let verdictBody = probe.body;
  let stopFollowing = (): void => {};

  return function answerProbeStatus(request, query) {
    if (request.method === "POST") return change(request, query);
    if (!METHODS.includes(request.method)) return notAllowed;
    return requireHealthy && probe.commissioned
      ? getHealthyVerdict(requireHealthy).then(emitAnswered)
      : emitAnswered(getVerdict());

    /** A drain needs to know which clients have seen the verdict. */
    function emitAnswered(response: StatusResponse): StatusResponse {
      emitProbeAnswered(probe, { request, status: response.status });
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
    if (!access.isAllowed) return toRefusal(access.status);
    const refusal = refuse(request, query);
    return identification.toIdentified(refusal ?? set(readChange(query, Date.now()), access.by));
  }

  function refuse(request: StatusRequest, query: string): StatusResponse | undefined {
    const misdirected = identification.refuse(request, "nothing was changed");
    if (misdirected) return misdirected;
    const hasBody = new URLSearchParams(query).has("body");
    return !hasBody && hasRequestBody(request)
      ? createResponse({ status: 400, body: BODY_IN_REQUEST })
      : undefined;
  }

  function set(wanted: WantedChange | string, by: string | undefined): StatusResponse {
    if (typeof wanted === "string") return createResponse({ status: 400, body: wanted });
    const { body, options: given } = wanted;
    const who = by === undefined ? {} : { by };
    if (body === COMMISSIONED_BODY) probe.commission(who);
    else probe.decommission(body, { ...given, ...who });
    logChange({ body, ...given, ...who });
    return createResponse({ status: 200, body });
  }

  /** Also logs the end of the decommissioning, if it has one, because it happens without a request. */
  function logChange({ body, reason, until, by }: DecommissionOptions & { readonly body: string }): void {
    const who = by === undefined ? "" : ` by ${by}`;
    const why = reason === undefined ? "" : `, ${quoteDetail(reason)}`;
    const end = until === undefined ? "" : `, until ${until.toISOString()}`;
    const isIn = body === COMMISSIONED_BODY;
    const text = isIn ? `commissioned${who}` : `decommissioned${who}: ${quoteDetail(body)}${why}${end}`;
    log(registry.logger, "info", "probe-changed", text);
    stopFollowing();
    stopFollowing = until === undefined ? () => {} : probe.on("change", logEnd);
  }

  function logEnd({ commissioned, reason }: ProbeChange): void {
    stopFollowing();
    if (commissioned && reason !== undefined)
      log(registry.logger, "info", "probe-expired", `commissioned: ${reason}`);
  }
}

/** Whether the headers announce a body (RFC 9112, 6.3). The body is never read. */
function hasRequestBody(request: StatusRequest): boolean {
  const length = request.header("content-length");
  return request.header("transfer-encoding") !== undefined || (length !== undefined && length !== "0");
}

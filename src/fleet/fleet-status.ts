import { PATH } from "../http/health-probe-options.ts";
import {
  INTERNAL_ERROR,
  type StatusRequest,
  type StatusResponse,
  toMethodNotAllowed,
  toRefusal,
} from "../http/message.ts";
import { isPermitted, type Permission } from "../http/permission.ts";
import type { ServedView } from "../http/served-view.ts";
import type { Target } from "../http/target.ts";
import { readOptions } from "../options/read-options.ts";
import { FUNCTION, LINE, LOGGER, line } from "../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../options/shape.ts";
import type { Logger } from "../util/logger.ts";
import { createTrouble } from "../util/trouble.ts";
import { createOwnFleet } from "./create-fleet.ts";
import { ALLOWED_HOST } from "./details/allowed-hosts.ts";
import type { FleetOptions } from "./fleet-options.ts";
import type { FleetAnswers } from "./page/answers.ts";
import type { FleetSuffix } from "./page/scene.ts";

/** The fleet on a page, and who may see it. */
export interface FleetStatusOptions extends FleetOptions {
  /**
   * The path of the page. With `.json` or `.md` appended, it serves that format; with `.events`, the updates.
   * @default "/fleet"
   */
  readonly path?: string;
  /** The heading of the page. @default "Fleet" */
  readonly name?: string;
  /**
   * The URL of the page of an instance, with labels of its series in braces. Only http and https become links.
   * @default "http://{instance}/svc_status"
   */
  readonly instanceUrl?: string;
  /**
   * The hosts whose reports the fleet fetches when a reader opens an instance, such as `10.0.0.0/8:8080`. It shows
   * their details to every reader of the fleet. Without a port: 80 for http and 443 for https; `:*`: all ports.
   * @default { hosts: [] } no details
   */
  readonly details?: { readonly hosts: readonly string[] };
  /** Decides which clients may see the fleet; others get 403. Default: all clients that reach the server. */
  readonly authorize?: Permission;
  /** Logs failures. Default: process warnings. */
  readonly logger?: Logger;
}

type PageOptions = Pick<
  FleetStatusOptions,
  "path" | "name" | "instanceUrl" | "details" | "authorize" | "logger"
>;

const MAX_NAME_LENGTH = 200;

export const FLEET_PAGE_OPTIONS: OptionShapes<
  PageOptions,
  WithDefaults<PageOptions, "authorize" | "logger">
> = {
  path: { ...PATH, default: "/fleet" },
  name: { ...line(MAX_NAME_LENGTH), default: "Fleet" },
  instanceUrl: { ...LINE, default: "http://{instance}/svc_status" },
  details: {
    kind: "object",
    properties: { hosts: { kind: "list", items: ALLOWED_HOST, default: [] } },
    default: { hosts: [] },
  },
  authorize: FUNCTION,
  logger: LOGGER,
};

const SUFFIXES: readonly FleetSuffix[] = ["", ".html", ".json", ".md", ".events"];

const METHODS: readonly string[] = ["GET", "HEAD"];

/**
 * The page of the fleet, for the option `fleet` of every adapter.
 *
 * @example
 * app.use(serviceStatus({ fleet: fleetStatus({ prometheus: "http://prometheus:9090" }) }));
 * @throws TypeError for invalid options.
 */
export function fleetStatus(options: FleetStatusOptions): ServedView & { close(): void } {
  const { path, name, instanceUrl, details, authorize, logger, ...fleetOptions } = options;
  const given = { path, name, instanceUrl, details, authorize, logger } as PageOptions;
  const page = readOptions(FLEET_PAGE_OPTIONS, given);
  const fleet = createOwnFleet(fleetOptions);
  const notAllowed = toMethodNotAllowed(METHODS);
  const authorizeTrouble = createTrouble({ ...AUTHORIZE_TROUBLE, getLogger: () => logger });
  const updatesTrouble = createTrouble({ ...UPDATES_TROUBLE, getLogger: () => logger });
  const paths = SUFFIXES.map((suffix) => page.path + suffix);
  let loading: Promise<FleetAnswers> | undefined;

  async function loadAnswers(): Promise<FleetAnswers> {
    try {
      loading ??= import("./page/answers.ts").then(({ createFleetAnswers }) =>
        createFleetAnswers({ fleet, ...page, onError: updatesTrouble.failed }),
      );
      return await loading;
    } catch (error) {
      // A deployment may have removed the file temporarily.
      loading = undefined;
      throw error;
    }
  }

  async function answer(request: StatusRequest, target: Target): Promise<StatusResponse> {
    if (authorize !== undefined) {
      const isAllowed = await authorizeTrouble.watch(() => isPermitted(authorize, request));
      if (!isAllowed) return isAllowed === undefined ? INTERNAL_ERROR : toRefusal(403);
    }
    const { path: requested, query } = target;
    const answers = await loadAnswers();
    return answers.answer(requested.slice(page.path.length) as FleetSuffix, query, request.remoteAddress);
  }

  return {
    paths,
    owns: (each) => paths.includes(each),
    answer: (request, target) => (METHODS.includes(request.method) ? answer(request, target) : notAllowed),
    close: fleet.close,
  };
}

const AUTHORIZE_TROUBLE = {
  event: "fleet-authorize",
  what: "authorize of the fleet's page failed, the answer is 500",
  recovery: "authorize of the fleet's page works again",
} as const;
const UPDATES_TROUBLE = {
  event: "fleet-updates",
  what: "updating the fleet's pages failed",
} as const;

import { HTTP_URL, line } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";

/** Describes a handler for people and tools. It never affects a state. */
export interface HandlerInfo {
  /** What to do if the handler is not OK: an http or https URL. Maximum 2,000 characters. */
  readonly runbook?: string;
  /** The purpose of the handler, in one sentence. Maximum 500 characters. */
  readonly description?: string;
  /** Words for tools that select handlers: a team, a region. Maximum 20, each at most 100 characters. */
  readonly tags?: readonly string[];
  /**
   * The service that the handler checks, by the name that it has in the fleet: by default the `job` of its
   * metrics. If that service is RED, that explains why this handler is RED. Maximum 200 characters. Default: the
   * option `upstream` of the check `http`, if it has one.
   */
  readonly upstream?: string;
}

const MAX_TAGS = 20;

export const HANDLER_INFO: OptionShapes<HandlerInfo, HandlerInfo> = {
  runbook: HTTP_URL,
  description: line(500),
  tags: {
    kind: "list",
    items: line(100),
    maxItems: MAX_TAGS,
    expected: `an array of at most ${MAX_TAGS} texts`,
  },
  upstream: line(200),
};

/** Contains only the options that are set. */
export function toHandlerInfo({ runbook, description, tags, upstream }: HandlerInfo): HandlerInfo {
  return {
    ...(runbook !== undefined && { runbook }),
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags: Object.freeze(tags) }),
    ...(upstream !== undefined && { upstream }),
  };
}

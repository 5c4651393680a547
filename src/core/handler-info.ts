import { expectLine, failExpectation } from "../options/expect.ts";

/** Tells people and tools what a handler is about. It never affects a state. */
export interface HandlerInfo {
  /** What to do if the handler is not OK: an http or https URL. Maximum 2,000 characters. */
  readonly runbook?: string;
  /** What the handler checks, in a sentence. Maximum 500 characters. */
  readonly description?: string;
  /** Words for tools that select handlers: a team, a region. Maximum 20, each at most 100 characters. */
  readonly tags?: readonly string[];
  /**
   * The service that the handler checks, by the name that it has in the fleet: by default the `job` of its
   * metrics. A RED of that service explains a RED of this handler. Maximum 200 characters. Default: the
   * option `upstream` of the check `http`, if it has one.
   */
  readonly upstream?: string;
}

/** Maximum length of a URL. */
export const MAX_URL_LENGTH = 2_000;

const MAX_DESCRIPTION_LENGTH = 500;
export const MAX_UPSTREAM_LENGTH = 200;
const MAX_TAGS = 20;
const MAX_TAG_LENGTH = 100;

/** Validates and copies the given ones. Throws a TypeError. */
export function resolveHandlerInfo({ runbook, description, tags, upstream }: HandlerInfo): HandlerInfo {
  if (runbook !== undefined) expectHttpUrl("runbook", runbook);
  if (description !== undefined) expectLine("description", description, MAX_DESCRIPTION_LENGTH);
  if (upstream !== undefined) expectLine("upstream", upstream, MAX_UPSTREAM_LENGTH);
  if (tags !== undefined) expectTags(tags);
  return {
    ...(runbook !== undefined && { runbook }),
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags: Object.freeze([...tags]) }),
    ...(upstream !== undefined && { upstream }),
  };
}

/** Whether two handlers tell the same. */
export function hasSameInfo(one: HandlerInfo, other: HandlerInfo): boolean {
  return toText(one) === toText(other);
}

function toText({ runbook, description, tags, upstream }: HandlerInfo): string {
  return JSON.stringify([runbook, description, tags, upstream]);
}

/** Rejects other protocols: `javascript:` would act on behalf of the user who clicks. */
export function expectHttpUrl(option: string, url: unknown): asserts url is string {
  if (typeof url !== "string" || url.length > MAX_URL_LENGTH || !isHttpUrl(url))
    failExpectation(option, `an http or https URL of at most ${MAX_URL_LENGTH} characters`, url);
}

function isHttpUrl(url: string): boolean {
  return /^https?:\/\//i.test(url) && !/\s/.test(url) && URL.canParse(url);
}

function expectTags(tags: unknown): void {
  if (!Array.isArray(tags) || tags.length > MAX_TAGS)
    failExpectation("tags", `an array of at most ${MAX_TAGS} texts`, tags);
  for (const [index, tag] of tags.entries()) expectLine(`tags[${index}]`, tag, MAX_TAG_LENGTH);
}

import { expectHttpUrl } from "../core/handler-info.ts";
import { expectKnownKeys, expectLine, expectObject, failExpectation } from "../options/expect.ts";
import type { ServiceDescription, ServiceLink } from "./page/page-model.ts";

/** Maximum length of the name, the version and a link's title. */
export const MAX_SERVICE_TEXT_LENGTH = 200;

const INSTANCE_RULE = `1 to ${MAX_SERVICE_TEXT_LENGTH} visible ASCII characters, as it is sent in a header`;

/** Maximum number of links. */
export const MAX_SERVICE_LINKS = 20;

/**
 * The allowed protocols of a link. Others, such as `javascript:`, could act on behalf of the user who clicks.
 */
const LINK_PROTOCOLS: readonly string[] = ["http:", "https:", "mailto:"];

/** Validates and copies the description, so that later changes to the caller's object have no effect. */
export function resolveService(service: ServiceDescription): ServiceDescription {
  expectObject("service", service);
  expectKnownKeys("service", service, ["name", "version", "instance", "links", "runbook"]);
  const { name, version, instance, links = [], runbook } = service;
  if (name !== undefined) expectShortText("service.name", name);
  if (version !== undefined) expectShortText("service.version", version);
  if (instance !== undefined && !isInstance(instance))
    failExpectation("service.instance", INSTANCE_RULE, instance);
  if (runbook !== undefined) expectHttpUrl("service.runbook", runbook);
  if (!Array.isArray(links) || links.length > MAX_SERVICE_LINKS)
    failExpectation("service.links", `an array of at most ${MAX_SERVICE_LINKS} links`, links);
  return {
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(instance !== undefined && { instance }),
    links: links.map(resolveLink),
    ...(runbook !== undefined && { runbook }),
  };
}

function isInstance(value: unknown): boolean {
  return typeof value === "string" && value.length <= MAX_SERVICE_TEXT_LENGTH && /^[!-~]+$/.test(value);
}

function resolveLink(link: ServiceLink, index: number): ServiceLink {
  const option = `service.links[${index}]`;
  expectObject(option, link);
  expectKnownKeys(option, link, ["title", "url"]);
  const { title, url } = link;
  expectShortText(`${option}.title`, title);
  if (!isLinkUrl(url)) failExpectation(`${option}.url`, "an http, https, mailto or relative URL", url);
  return { title, url };
}

function expectShortText(option: string, value: unknown): void {
  expectLine(option, value, MAX_SERVICE_TEXT_LENGTH);
}

/** Parses the URL as a browser does, relative to a page. */
function isLinkUrl(url: unknown): boolean {
  try {
    return typeof url === "string" && LINK_PROTOCOLS.includes(new URL(url, "https://page.invalid/").protocol);
  } catch {
    return false;
  }
}

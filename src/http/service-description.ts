import { expectKnownKeys, expectObject, failExpectation } from "../options/expect.ts";
import { hasControlCharacters } from "../util/text.ts";
import type { ServiceDescription, ServiceLink } from "./page/page-model.ts";

/** Maximum length of the name, the version and a link's title. */
export const MAX_SERVICE_TEXT_LENGTH = 200;

/** Maximum number of links. */
export const MAX_SERVICE_LINKS = 20;

/**
 * The allowed protocols of a link. Others, such as `javascript:`, could act on behalf of the user who clicks.
 */
const LINK_PROTOCOLS: readonly string[] = ["http:", "https:", "mailto:"];

/** Validates and copies the description, so that later changes to the caller's object have no effect. */
export function resolveService(service: ServiceDescription): ServiceDescription {
  expectObject("service", service);
  expectKnownKeys("service", service, ["name", "version", "links"]);
  const { name, version, links = [] } = service;
  if (name !== undefined) expectShortText("service.name", name);
  if (version !== undefined) expectShortText("service.version", version);
  if (!Array.isArray(links) || links.length > MAX_SERVICE_LINKS)
    failExpectation("service.links", `an array of at most ${MAX_SERVICE_LINKS} links`, links);
  return {
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    links: links.map(resolveLink),
  };
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
  const isShortText =
    typeof value === "string" &&
    value !== "" &&
    value.length <= MAX_SERVICE_TEXT_LENGTH &&
    !hasControlCharacters(value);
  if (!isShortText)
    failExpectation(
      option,
      `1 to ${MAX_SERVICE_TEXT_LENGTH} characters, none of them a control character`,
      value,
    );
}

/** Parses the URL as a browser does, relative to a page. */
function isLinkUrl(url: unknown): boolean {
  try {
    return typeof url === "string" && LINK_PROTOCOLS.includes(new URL(url, "https://page.invalid/").protocol);
  } catch {
    return false;
  }
}

import { expectKnownKeys, expectObject, failExpectation } from "../options/expect.ts";
import { hasControlCharacters } from "../util/text.ts";
import type { ServiceDescription, ServiceLink } from "./page/page-model.ts";

/** The longest name, version and title of a link. */
export const MAX_SERVICE_TEXT_LENGTH = 200;

/** The most links. */
export const MAX_SERVICE_LINKS = 20;

/** What a link of a page may lead to. Anything else, such as `javascript:`, could act for whoever clicks on it. */
const LINK_PROTOCOLS: readonly string[] = ["http:", "https:", "mailto:"];

/** Checks what the page says about the service, and copies it: the caller may go on using its object. */
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

/** Read as a browser reads it, relative to a page. */
function isLinkUrl(url: unknown): boolean {
  try {
    return typeof url === "string" && LINK_PROTOCOLS.includes(new URL(url, "https://page.invalid/").protocol);
  } catch {
    return false;
  }
}

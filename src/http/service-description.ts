import { INSTANCE } from "../core/identity.ts";
import { HTTP_URL, line } from "../options/rules.ts";
import type { ListShape, OptionShapes, WithDefaults } from "../options/shape.ts";
import type { ServiceDescription, ServiceLink } from "./page/page-model.ts";

/** Maximum length of the name, the version and a link's title. */
export const MAX_SERVICE_TEXT_LENGTH = 200;

/** Maximum number of links. */
export const MAX_SERVICE_LINKS = 20;

/**
 * The allowed protocols of a link. Others, such as `javascript:`, could act on behalf of the user who clicks.
 */
const LINK_PROTOCOLS: readonly string[] = ["http:", "https:", "mailto:"];

const LINK: OptionShapes<ServiceLink> = {
  title: { ...line(MAX_SERVICE_TEXT_LENGTH), required: true },
  url: {
    kind: "code",
    expected: "an http, https, mailto or relative URL",
    isRight: isLinkUrl,
    required: true,
  },
};

export const LINKS: ListShape = {
  kind: "list",
  items: { kind: "object", properties: LINK },
  maxItems: MAX_SERVICE_LINKS,
  expected: `an array of at most ${MAX_SERVICE_LINKS} links`,
};

export const SERVICE: OptionShapes<
  ServiceDescription,
  WithDefaults<ServiceDescription, "name" | "version" | "instance" | "runbook">
> = {
  name: line(MAX_SERVICE_TEXT_LENGTH),
  version: line(MAX_SERVICE_TEXT_LENGTH),
  instance: INSTANCE,
  links: { ...LINKS, default: [] },
  runbook: HTTP_URL,
};

/** Parses the URL as a browser does, relative to a page. */
function isLinkUrl(url: unknown): boolean {
  try {
    return typeof url === "string" && LINK_PROTOCOLS.includes(new URL(url, "https://page.invalid/").protocol);
  } catch {
    return false;
  }
}

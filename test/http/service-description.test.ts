import { describe, expect, test } from "vitest";
import { MAX_SERVICE_LINKS, MAX_SERVICE_TEXT_LENGTH, SERVICE } from "../../src/http/service-description.ts";
import { readOptions } from "../../src/options/read-options.ts";
import { describeValue } from "../../src/util/describe-value.ts";

const LONGEST = "x".repeat(MAX_SERVICE_TEXT_LENGTH);
const link = (url: unknown) => ({ links: [{ title: "Logs", url }] });

function resolveService(service: object) {
  return readOptions(SERVICE, service, "service");
}

function messageFor(service: unknown): string {
  try {
    resolveService(service as object);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  return "no error";
}

describe("what the page says about the service", () => {
  test.each([
    {},
    { name: undefined, version: undefined, links: undefined },
    { name: "orders", version: "1.2.3", links: [] },
    { name: LONGEST },
    { instance: "orders-7f9c:17", runbook: "https://wiki.example/orders" },
    { links: Array(MAX_SERVICE_LINKS).fill({ title: LONGEST, url: "https://logs.example/" }) },
    ...[
      "http://a/",
      "https://a/?b#c",
      "mailto:a@b.example",
      "/logs",
      "logs",
      "../logs?x=javascript:",
      "//other/",
      "",
    ].map(link),
  ])("may be %j", (service) => {
    expect(messageFor(service)).toBe("no error");
  });

  test.each([
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:x",
    "https://[",
    undefined,
    7,
  ])("may have no link to %j", (url) => {
    expect(messageFor(link(url))).toContain(
      "service.links[0].url: expected an http, https, mailto or relative URL, got ",
    );
  });

  test.each<[service: unknown, message: string]>([
    ["orders", 'service: expected an object, got "orders"'],
    [
      { title: "orders" },
      'service: unknown option "title", expected one of name, version, instance, links, runbook',
    ],
    [{ name: "" }, 'service.name: expected 1 to 200 characters, none of them a control character, got ""'],
    [
      { name: `${LONGEST}x` },
      `service.name: expected 1 to 200 characters, none of them a control character, got "${"x".repeat(60)}…"`,
    ],
    [
      { version: 1 },
      "service.version: expected 1 to 200 characters, none of them a control character, got 1",
    ],
    [
      { version: "a\nb" },
      String.raw`service.version: expected 1 to 200 characters, none of them a control character, got "a\nb"`,
    ],
    ...["", "orders 1", "bücher:1", "a\nb", "x".repeat(201), 17].map((instance): [unknown, string] => [
      { instance },
      `service.instance: expected 1 to 200 visible ASCII characters, as it is sent in a header, got ${describeValue(instance)}`,
    ]),
    [
      { runbook: "javascript:alert(1)" },
      'service.runbook: expected an http or https URL of at most 2000 characters, got "javascript:alert(1)"',
    ],
    [{ links: {} }, "service.links: expected an array of at most 20 links, got an object"],
    [
      { links: Array(MAX_SERVICE_LINKS + 1).fill({ title: "a", url: "/" }) },
      "service.links: expected an array of at most 20 links, got an array",
    ],
    [{ links: ["/logs"] }, 'service.links[0]: expected an object, got "/logs"'],
    [
      { links: [{ title: "a", href: "/" }] },
      'service.links[0]: unknown option "href", expected one of title, url',
    ],
    [
      { links: [{ url: "/" }] },
      "service.links[0].title: expected 1 to 200 characters, none of them a control character, got undefined",
    ],
  ])("is refused: %j", (service, message) => {
    expect(messageFor(service)).toBe(message);
  });

  test("is copied, so that what was checked is what is shown", () => {
    const links = [{ title: "Logs", url: "/logs" }];
    const resolved = resolveService({ name: "orders", links });
    links[0] = { title: "Logs", url: "javascript:alert(1)" };
    expect(resolved).toEqual({ name: "orders", links: [{ title: "Logs", url: "/logs" }] });
  });
});

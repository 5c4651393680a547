import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FORMATS, type Format } from "../../src/formats/formats.ts";
import { MAX_ACCEPT_LENGTH } from "../../src/http/accept.ts";
import { createStatusService } from "../../src/http/service.ts";
import { registryOf } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";

const service = createStatusService({ registry: registryOf([["A", { state: "OK" }]]) });

/** The format that comes back, by its content type. */
async function getFormat(headers: Readonly<Record<string, string>>, target?: string): Promise<Format> {
  const answer = await service(createStatusRequest({ headers, ...(target && { target }) }));
  const contentType = answer?.headers["Content-Type"];
  const [found] = Object.entries(FORMATS).filter(([, format]) => format.contentType === contentType);
  if (answer?.status !== 200 || found === undefined) throw new Error(`${answer?.status} ${contentType}`);
  return found[0] as Format;
}

/** A header of exactly that length, JSON at its end. */
function fillUp(length: number): string {
  return `${"image/png,".repeat(length)}`
    .slice(0, length - ",application/json".length)
    .concat(",application/json");
}

describe("without a suffix", () => {
  test("is csv where there is no Accept header", async () => {
    expect(await getFormat({})).toBe("csv");
  });

  test.each<[who: string, accept: string, format: Format]>([
    ["curl, wget and most libraries", "*/*", "csv"],
    ["axios", "application/json, text/plain, */*", "json"],
    ["got and ky, asked for JSON", "application/json", "json"],
    ["superagent, asked for JSON", "application/json;charset=utf-8", "json"],
    [
      "Chrome",
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
      "html",
    ],
    ["Firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"],
    ["jQuery, asked for JSON", "application/json, text/javascript, */*; q=0.01", "json"],
    ["Java's URLConnection", "text/html, image/gif, image/jpeg, */*; q=0.2", "html"],
    [
      "Prometheus 2.24",
      "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "prometheus",
    ],
    [
      "Prometheus 2.53",
      "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      "openmetrics",
    ],
    [
      "Prometheus 3",
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      "openmetrics",
    ],
    [
      "Prometheus 3 with native histograms",
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
      "openmetrics",
    ],
    [
      "Telegraf",
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3",
      "prometheus",
    ],
    [
      "an early Prometheus",
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,application/json;schema="prometheus/telemetry";version=0.0.2;q=0.2,*/*;q=0.1',
      "prometheus",
    ],
    ["VictoriaMetrics and Netdata", "text/plain;version=0.0.4;q=1,*/*;q=0.1", "prometheus"],
    ["a health checker of the draft", "application/health+json", "health"],
  ])("is what %s asks for", async (_, accept, format) => {
    expect(await getFormat({ accept })).toBe(format);
  });

  test.each<[accept: string, format: Format, why: string]>([
    ["text/csv", "csv", "named"],
    ["application/json", "json", "named"],
    ["text/plain;version=0.0.4", "prometheus", "named with its version"],
    ["text/plain; version=0.0.4; charset=utf-8", "prometheus", "other parameters do not matter"],
    ['text/plain;version="0.0.4"', "prometheus", "a parameter may be quoted"],
    ["text/plain ; VERSION = 0.0.4", "prometheus", "names of parameters have no case"],
    ["text/plain", "csv", "only with its version does it mean Prometheus"],
    ["text/plain;version=1.0.0", "csv", "another version is another format"],
    ["application/openmetrics-text", "openmetrics", "the version may be left out"],
    ["application/openmetrics-text;version=2.0.0", "prometheus", "a scraper never gets csv"],
    ["application/json;version=2", "json", "JSON has no versions to tell apart"],
    ["text/csv, application/json", "json", "wanted equally, JSON before csv as in the original"],
    ["application/json, text/csv", "json", "the order in the header says nothing"],
    ["application/json, application/health+json", "json", "wanted equally, JSON first"],
    [
      "application/openmetrics-text, text/plain;version=0.0.4",
      "openmetrics",
      "the newer of two wanted equally",
    ],
    ["application/json;q=0.5, text/csv;q=0.9", "csv", "the greater q wins"],
    ["application/json;q=0.001, text/csv;q=0", "json", "the smallest q is still a wish"],
    ["application/json;q=1.000, text/csv;q=0.999", "json", "three decimals count"],
    ["application/json;Q=0.1, text/csv;q=0.2", "csv", "q has no case"],
    ["application/json;q=0.5, */*", "csv", "everything else is wanted more"],
    ["application/json, */*;q=0.5", "json", "everything else is wanted less"],
    ["application/json, */*", "json", "wanted equally, the named one wins"],
    ["text/*", "csv", "the first one of this kind"],
    ["application/*", "json", "the first one of this kind"],
    ["text/*;q=0.5, application/*;q=0.6", "json", "the greater q wins"],
    ["text/*, application/json", "json", "the named one wins"],
    ["application/*, */*", "json", "the kind before everything"],
    ["text/*, text/csv;q=0.1", "prometheus", "the named one is wanted less than its kind"],
    ["image/*", "csv", "nothing of it is here"],
    ["image/png", "csv", "nothing of it is here"],
    ["application/json;q=0", "csv", "q=0 excludes, and the default remains"],
    ["application/json;q=0, */*", "csv", "q=0 excludes"],
    ["text/csv;q=0", "json", "the default is excluded, so the next one"],
    ["text/csv;q=0, */*", "json", "the default is excluded, so the next one"],
    ["text/*;q=0, */*", "json", "a whole kind is excluded"],
    ["text/csv;q=0, application/json;q=0", "prometheus", "both are excluded, so the next one"],
    ["text/plain;version=0.0.4;q=0, text/csv", "csv", "who excludes the Prometheus format is no scraper"],
    ["*/*;q=0", "csv", "everything is excluded: the default, rather than an error"],
    ["application/json;q=0, application/json", "json", "named twice, the greater q counts"],
    ["APPLICATION/JSON", "csv", "media types are compared as they are written, as the original does"],
    ["Text/Csv;q=0.1, application/json;q=0.05", "json", "media types are compared as they are written"],
    ["", "csv", "empty"],
    [" , ,, ", "csv", "empty"],
    ["json", "csv", "malformed"],
    ["application", "csv", "malformed"],
    ["application/", "csv", "malformed"],
    ["/json", "csv", "malformed"],
    ["application/json/x", "csv", "malformed"],
    ["application json", "csv", "malformed"],
    [";q=1", "csv", "malformed"],
    ["application/json;q=", "csv", "a malformed q"],
    ["application/json;q=2", "csv", "a malformed q"],
    ["application/json;q=-1", "csv", "a malformed q"],
    ["application/json;q=.5", "csv", "a malformed q"],
    ["application/json;q=0.1234", "csv", "a malformed q"],
    ["application/json;q=1.001", "csv", "a malformed q"],
    ["application/json;q=NaN", "csv", "a malformed q"],
    ["garbage;;;===, application/json", "json", "only the malformed part is left out"],
    ["application/json;;q=0.5;", "json", "empty parameters"],
  ])("for Accept: %s is %s (%s)", async (accept, format) => {
    expect(await getFormat({ accept })).toBe(format);
  });

  test("reads a header of 8,192 characters to its end, and gives a longer one the default", async () => {
    expect(MAX_ACCEPT_LENGTH).toBe(8_192);
    expect(fillUp(8_192)).toHaveLength(8_192);
    expect(await getFormat({ accept: fillUp(8_192) })).toBe("json");
    expect(await getFormat({ accept: fillUp(8_193) })).toBe("csv");
    expect(await getFormat({ accept: `application/json,${"x".repeat(16_000)}` })).toBe("csv");
  });

  test.each<[accept: string | undefined, format: Format]>([
    [undefined, "prometheus"],
    ["*/*", "prometheus"],
    ["text/csv", "prometheus"],
    ["application/json", "json"],
    ["application/openmetrics-text", "openmetrics"],
  ])("a scraper that says how long it waits gets with Accept %s: %s", async (accept, format) => {
    const timeout = { "x-prometheus-scrape-timeout-seconds": "10.000000" };
    expect(await getFormat({ ...timeout, ...(accept !== undefined && { accept }) })).toBe(format);
  });

  test("is always one of the formats, whatever the header is", async () => {
    const part = fc.constantFrom(
      "application/json",
      "text/csv",
      "*/*",
      "text/*",
      ";q=",
      "0",
      "0.5",
      ",",
      ";",
      "=",
      " ",
      '"',
    );
    const accept = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(part, { maxLength: 30 }).map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(accept, fc.boolean(), async (header, isScraper) => {
        const timeout = isScraper ? { "x-prometheus-scrape-timeout-seconds": header } : {};
        const format = await getFormat({ accept: header, ...timeout });
        expect(Object.keys(FORMATS)).toContain(format);
        if (isScraper) expect(format).not.toBe("csv");
      }),
    );
  });
});

describe("a suffix", () => {
  const accepts = [
    "text/csv",
    "application/json",
    "application/health+json",
    "image/png",
    "*/*;q=0",
    "\u0000",
  ];

  test.each<[suffix: string, format: Format]>([
    [".csv", "csv"],
    [".json", "json"],
    [".health", "health"],
    [".prometheus", "prometheus"],
  ])("%s is %s whatever is accepted", async (suffix, format) => {
    expect(await getFormat({}, `/svc_status${suffix}`)).toBe(format);
    for (const accept of accepts) expect(await getFormat({ accept }, `/svc_status${suffix}`)).toBe(format);
  });

  test.each<[accept: string, format: Format]>([
    ["application/openmetrics-text;version=1.0.0", "openmetrics"],
    [
      "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      "openmetrics",
    ],
    ["application/openmetrics-text;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.5", "prometheus"],
    ["application/openmetrics-text;version=0.0.1", "prometheus"],
    ["application/openmetrics-text;q=0", "prometheus"],
    ["*/*", "prometheus"],
    ["text/html,*/*;q=0.8", "prometheus"],
  ])(".prometheus for Accept: %s is %s", async (accept, format) => {
    expect(await getFormat({ accept }, "/svc_status.prometheus")).toBe(format);
  });
});

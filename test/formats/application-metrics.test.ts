import { describe, expect, test } from "vitest";
import { isOpenMetrics, toAppendable, toPrometheusText } from "../../src/formats/application-metrics.ts";
import { type Family, parseExposition } from "../support/exposition.ts";
import { createAppRegister, createOpenMetricsRegister } from "../support/prom-client.ts";

const NONE: readonly string[] = [];
const OURS = ["svc_status"];

function find(families: readonly Family[], name: string): Family | undefined {
  return families.find((family) => family.name === name);
}

describe("metrics of the application", () => {
  test.each([
    ["# TYPE a gauge\na 1\n# EOF\n", true],
    ["# EOF", true],
    ["\n# EOF\n\n", true],
    ["a 1\n# EOF\r\n", true],
    ["", false],
    ["a 1\n", false],
    ["# HELP a ends in # EOF\na 1\n", false],
    ["# EOF\na 1\n", false],
    ["a 1\n# EOFX\n", false],
  ])("%j are OpenMetrics: %s", (text, expected) => {
    expect(isOpenMetrics(text)).toBe(expected);
  });

  test("lose blank lines, comments and # EOF wherever they stand, and nothing else", () => {
    const text =
      '\n# a comment\n# HELP a A\n# TYPE a gauge\na{b="# EOF"} 1 1700000000000\n\n# EOF\n#\nb 2\r\n\n# EOF';
    expect(toAppendable(text, NONE)).toEqual({
      text: '# HELP a A\n# TYPE a gauge\na{b="# EOF"} 1 1700000000000\nb 2\n',
      leftOut: [],
    });
  });

  test("lose the families that are ours, and say so once for each", () => {
    const text =
      '# HELP svc_status mine\n# TYPE svc_status gauge\nsvc_status{name="a"} 1\nsvc_status 2\nsvc_status_size 3\nb 4\n';
    expect(toAppendable(text, OURS)).toEqual({ text: "svc_status_size 3\nb 4\n", leftOut: OURS });
  });

  test.each(["histogram", "summary", "counter"])("lose every series of a %s that has our name", (type) => {
    const suffixes = type === "counter" ? ["_total", "_created"] : ["_bucket", "_sum", "_count"];
    const samples = suffixes.map((suffix) => `svc_status${suffix} 1\n`).join("");
    const text = `# TYPE svc_status ${type}\n${samples}svc_status_size 3\n`;
    expect(toAppendable(text, OURS)).toEqual({ text: "svc_status_size 3\n", leftOut: OURS });
  });

  test.each([
    "# TYPE svc_status counter\n# UNIT svc_status seconds\n# HELP svc_status Help",
    "# HELP svc_status gauge\n# TYPE svc_status counter",
    "# TYPE svc_status counter\n# TYPE svc_status_total",
  ])("have the types that TYPE lines declare, in any order (%j)", (metadata) => {
    expect(toAppendable(`${metadata}\nsvc_status_total 1\n`, OURS).text).not.toContain("svc_status_total 1");
    expect(toPrometheusText(`${metadata}\nsvc_status_total 1\n`)).toContain(
      "# TYPE svc_status_total counter\n",
    );
  });

  test("have no type only because a help text is one", () => {
    expect(toPrometheusText("# HELP a counter\na 1\n")).toBe("# HELP a counter\na 1\n");
    const text = "# HELP svc_status counter\nsvc_status_total 1\n";
    expect(toAppendable(text, OURS).text).toBe("svc_status_total 1\n");
  });

  test("keep a carriage return within a line", () => {
    expect(toAppendable('a{b="c\rd"} 1\r\n', NONE).text).toBe('a{b="c\rd"} 1\n');
  });

  test("keep a family whose name only begins as ours does", () => {
    const text = "# TYPE svc_status_count gauge\nsvc_status_count 3\n";
    expect(toAppendable(text, OURS)).toEqual({ text, leftOut: [] });
  });

  test("of prom-client in the text format need nothing but their blank lines taken out", async () => {
    const written = await createAppRegister().metrics();
    const { text } = toAppendable(written, OURS);
    expect(written).toContain("\n\n");
    expect(text).toBe(written.replaceAll("\n\n", "\n"));
    expect(parseExposition(text, "0.0.4")).toHaveLength(5);
  });

  test("of prom-client in OpenMetrics are still valid OpenMetrics behind others", async () => {
    const { text } = toAppendable(await createOpenMetricsRegister().metrics(), OURS);
    const families = parseExposition(`${text}# EOF\n`, "openmetrics");
    expect(families).toHaveLength(7);
    expect(find(families, "app_logins")?.samples[0]?.exemplar).toContain('{trace_id="abc # {}"} 2');
  });
});

describe("OpenMetrics as text format 0.0.4", () => {
  test("is the same exposition, of prom-client's metrics of each type, without exemplars", async () => {
    const converted = parseExposition(toPrometheusText(await createOpenMetricsRegister().metrics()), "0.0.4");
    const written = parseExposition(toAppendable(await createAppRegister().metrics(), OURS).text, "0.0.4");
    for (const family of written) expect(find(converted, family.name)).toEqual(family);
    expect(converted.map(({ name, type }) => [name, type])).toEqual([
      ["app_requests_total", "counter"],
      ["app_queue_length", "gauge"],
      ["app_extreme_ratio", "gauge"],
      ["app_duration_seconds", "histogram"],
      ["app_size_bytes", "summary"],
      ["app_logins_total", "counter"],
      ["app_query_seconds", "histogram"],
    ]);
  });

  test("has the counter's family named as its samples, wherever HELP and TYPE stand", () => {
    expect(toPrometheusText("# HELP a Help\n# TYPE a counter\na_total 1\n# EOF\n")).toBe(
      "# HELP a_total Help\n# TYPE a_total counter\na_total 1\n",
    );
    expect(toPrometheusText("# TYPE a_total counter\na_total 1\n# EOF\n")).toBe(
      "# TYPE a_total counter\na_total 1\n",
    );
  });

  test("has timestamps in milliseconds, also beside an exemplar", () => {
    const text =
      '# TYPE a gauge\na{b="c"} 1 1700000000.123\na 2 1.5e9\n# TYPE d counter\nd_total 3 1.5 # {e="f"} 1 2\n# EOF\n';
    expect(toPrometheusText(text)).toBe(
      '# TYPE a gauge\na{b="c"} 1 1700000000123\na 2 1500000000000\n# TYPE d_total counter\nd_total 3 1500\n',
    );
  });

  test("knows no units, and no types but four: the others are untyped", () => {
    const text =
      "# TYPE a unknown\n# UNIT a seconds\na 1\n# TYPE b stateset\nb 1\n# TYPE c untyped\nc 1\n# EOF\n";
    expect(toPrometheusText(text)).toBe(
      "# TYPE a untyped\na 1\n# TYPE b untyped\nb 1\n# TYPE c untyped\nc 1\n",
    );
  });

  test.each([
    [String.raw`say \"hi\"`, `say "hi"`],
    [`say "hi"`, `say "hi"`],
    [String.raw`C:\\dir\nnext`, String.raw`C:\\dir\nnext`],
    [String.raw`C:\\"dir`, String.raw`C:\\"dir`],
    [String.raw`C:\\\"dir`, String.raw`C:\\"dir`],
  ])("has the help text %s as %s, because a quote is not escaped there", (openMetrics, prometheus) => {
    expect(toPrometheusText(`# HELP a ${openMetrics}\n# EOF\n`)).toBe(`# HELP a ${prometheus}\n`);
  });

  test("may have an empty help text", () => {
    expect(toPrometheusText("# HELP a\n# TYPE a gauge\na 1\n")).toBe("# HELP a \n# TYPE a gauge\na 1\n");
  });

  test("leaves out lines that are none", () => {
    expect(toPrometheusText('a{b="c} 1\n{} 1\n# HELP\n# what\na\na 1\n# EOF\n')).toBe("a 1\n");
  });
});

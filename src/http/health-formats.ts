import { FORMATS } from "../formats/formats.ts";
import { toElapsedText } from "../util/elapsed-text.ts";
import { compareCodePoints } from "../util/text.ts";
import type { HealthProbeFormat } from "./health-probe-options.ts";

/** The line of a health probe for one check. */
export interface Line {
  readonly name: string;
  readonly verdict: "ok" | "failed" | "held" | "excluded";
  /** A public remark on the check. Default: the reason is withheld. */
  readonly remark?: string | undefined;
  /** How long a held check has been RED. */
  readonly redForMs?: number | undefined;
  /** The line of the probe. Only this line shows whether the instance should receive traffic. */
  readonly isProbe?: boolean;
}

/** The answer of a health probe. */
export interface HealthAnswer {
  /** The last line of the text names it. */
  readonly title: string;
  readonly lines: readonly Line[];
  readonly hasFailed: boolean;
  /** Whether to show the names of the checks: the client may see them, and the format or the client requests them. */
  readonly showsNames: boolean;
  /** Names that `?exclude=` did not match. */
  readonly unmatched: readonly string[];
  /** The groups of Spring's root, which lists them. */
  readonly groups: readonly string[];
}

export interface HealthWriter {
  readonly contentType: string;
  /** Whether it names the checks without `?verbose`. */
  readonly namesChecks: boolean;
  readonly write: (answer: HealthAnswer) => string;
  /** The answer about a single check. */
  readonly writeSingle: (line: Line) => string;
}

const { contentType: JSON_TYPE } = FORMATS.json;

/** The name of the probe's check. If a handler has the same name, it gets a prefix. */
export const PROBE_CHECKS: Readonly<Record<HealthProbeFormat, string>> = {
  text: "probe",
  json: "probe",
  terminus: "probe",
  actuator: "readinessState",
};

export const HEALTH_WRITERS: Readonly<Record<HealthProbeFormat, HealthWriter>> = {
  text: {
    contentType: "text/plain; charset=utf-8",
    namesChecks: false,
    write: writeText,
    writeSingle: (line) =>
      line.verdict === "failed" ? `internal server error: ${toRemark(line)}\n` : toOk([line]),
  },
  json: {
    contentType: JSON_TYPE,
    namesChecks: true,
    write: ({ hasFailed, lines, showsNames }) =>
      toJson({
        status: hasFailed ? "failed" : "ok",
        ...(showsNames && { checks: toRecord(lines, toJsonCheck) }),
      }),
    writeSingle: (line) => toJson(toJsonCheck(line)),
  },
  terminus: {
    contentType: JSON_TYPE,
    namesChecks: true,
    write: writeTerminus,
    writeSingle: (line) => writeTerminus(toAnswerOf(line)),
  },
  actuator: {
    contentType: "application/vnd.spring-boot.actuator.v3+json",
    namesChecks: true,
    write: ({ lines, showsNames, groups }) =>
      toJson({
        status: toSpringStatus(lines),
        ...(showsNames && { components: toRecord(lines, toSpringComponent) }),
        ...(groups.length > 0 && { groups }),
      }),
    writeSingle: (line) => toJson(toSpringComponent(line)),
  },
};

function toAnswerOf(line: Line): HealthAnswer {
  const hasFailed = line.verdict === "failed";
  return { title: line.name, lines: [line], hasFailed, showsNames: true, unmatched: [], groups: [] };
}

function toJson(body: object): string {
  return JSON.stringify(body);
}

/** `fromEntries` defines properties, so a handler may be called `__proto__`. */
function toRecord(lines: readonly Line[], toValue: (line: Line) => object): object {
  return Object.fromEntries(lines.map((line) => [line.name, toValue(line)]));
}

/** Byte for byte the text format of the Kubernetes API server's health endpoints, except for held checks. */
function writeText({ title, lines, hasFailed, showsNames, unmatched }: HealthAnswer): string {
  if (!showsNames) return hasFailed ? `${title} check failed\n` : toOk(lines);
  const text = [
    ...lines.map((line) => TEXTS[line.verdict](line)),
    ...(unmatched.length > 0
      ? [`${UNMATCHED} ${[...unmatched].sort(compareCodePoints).map(quote).join(",")}`]
      : []),
    `${title} check ${hasFailed ? "failed" : "passed"}`,
  ];
  return `${text.join("\n")}\n`;
}

const UNMATCHED = "warn: some health checks cannot be excluded: no matches for";

const TEXTS: Readonly<Record<Line["verdict"], (line: Line) => string>> = {
  ok: (line) => `[+]${line.name} ${toOk([line])}`,
  failed: (line) => `[-]${line.name} failed: ${toRemark(line)}`,
  held: (line) => `[+]${line.name} held: ${toRemark(line)}`,
  excluded: ({ name }) => `[+]${name} excluded: ok`,
};

function toOk(lines: readonly Line[]): string {
  return ["ok", ...lines.flatMap(({ remark }) => remark ?? [])].join(", ");
}

function quote(name: string): string {
  return JSON.stringify(name);
}

function toRemark({ verdict, redForMs = 0, remark = "reason withheld" }: Line): string {
  return verdict === "held" ? `RED for ${toElapsedText(redForMs)}` : remark;
}

function toJsonCheck({ verdict, redForMs, remark }: Line): object {
  return {
    status: verdict,
    ...(redForMs !== undefined && { redForSeconds: Math.floor(redForMs / 1_000) }),
    ...(remark !== undefined && { remark }),
  };
}

/** The body of `@nestjs/terminus`. The body of `@godaddy/terminus` contains those of its parts that are not empty. */
function writeTerminus({ lines, hasFailed, showsNames }: HealthAnswer): string {
  const shown = showsNames ? lines : [];
  const isDown = ({ verdict }: Line): boolean => verdict === "failed";
  return toJson({
    status: hasFailed ? "error" : "ok",
    info: toRecord(
      shown.filter((line) => !isDown(line)),
      toIndicator,
    ),
    error: toRecord(shown.filter(isDown), toIndicator),
    details: toRecord(shown, toIndicator),
  });
}

function toIndicator(line: Line): object {
  const { verdict, remark } = line;
  const message = MESSAGES[verdict](line) ?? remark;
  return { status: verdict === "failed" ? "down" : "up", ...(message !== undefined && { message }) };
}

const MESSAGES: Readonly<Record<Line["verdict"], (line: Line) => string | undefined>> = {
  ok: () => undefined,
  failed: () => undefined,
  held: (line) => `held: ${toRemark(line)}`,
  excluded: () => "excluded",
};

type SpringStatus = "UP" | "DOWN" | "OUT_OF_SERVICE";

/** Spring's order: DOWN is worse than OUT_OF_SERVICE. */
function toSpringStatus(lines: readonly Line[]): SpringStatus {
  const all = lines.map(toSpringStatusOf);
  return (["DOWN", "OUT_OF_SERVICE"] as const).find((status) => all.includes(status)) ?? "UP";
}

function toSpringStatusOf({ verdict, isProbe }: Line): SpringStatus {
  if (verdict !== "failed") return "UP";
  return isProbe ? "OUT_OF_SERVICE" : "DOWN";
}

function toSpringComponent(line: Line): object {
  const message = MESSAGES[line.verdict](line) ?? line.remark;
  return { status: toSpringStatusOf(line), ...(message !== undefined && { details: { message } }) };
}

import { readFileSync } from "node:fs";
import type { Credentials } from "../../fleet/read/prometheus.ts";
import type { FleetReaderOptions } from "../../fleet/read/reader.ts";
import { CliError } from "../cli-error.ts";
import type { Io } from "../io.ts";
import { parseLabels, type Values } from "./labels.ts";

/** A larger answer ends the query: 10,000 services are some 20 MB. */
const MAX_ANSWER_BYTES = 64_000_000;

/** The address of Prometheus, and how to read it. */
export function toReaderOptions(values: Values, env: Io["env"]): FleetReaderOptions {
  return {
    ...parseLabels(values),
    prometheus: {
      url: parseAddress(values.prometheus ?? env["SVC_STATUS_PROMETHEUS"]),
      timeoutMs: values["request-timeout"],
      maxAnswerBytes: MAX_ANSWER_BYTES,
      toCredentials: () => readCredentials(values, env),
    },
    selector: Object.fromEntries(values.label.map((text) => parseLabel(text))),
    maxAgeMs: values["max-age"],
  };
}

/** `--at`: a moment in the past. */
export function parseMoment(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const isComplete = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const at = new Date(isComplete ? text : Number.NaN);
  if (Number.isNaN(at.getTime()) || at.getTime() > Date.now())
    throw new CliError(
      `--at: expected a time in the past such as 2026-11-27T03:12Z, got ${JSON.stringify(text)}`,
    );
  return at;
}

function parseAddress(text: string | undefined): URL {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new CliError("--prometheus: expected the URL of Prometheus, such as http://localhost:9090");
  if (url.username + url.password !== "")
    throw new CliError(
      "--prometheus: expected a URL without a password. Use --basic-file, or the environment",
    );
  return url;
}

function readCredentials(values: Values, env: Io["env"]): Credentials {
  const token =
    values["token-file"] === undefined ? env["SVC_STATUS_PROMETHEUS_TOKEN"] : readLine(values["token-file"]);
  const basic =
    values["basic-file"] === undefined ? env["SVC_STATUS_PROMETHEUS_BASIC"] : readLine(values["basic-file"]);
  const authorization =
    token !== undefined
      ? `Bearer ${token}`
      : basic !== undefined
        ? `Basic ${Buffer.from(basic).toString("base64")}`
        : undefined;
  const { ca, cert, key } = values;
  return {
    ...(authorization !== undefined && { authorization }),
    ...(ca !== undefined && { ca: readFileSync(ca, "utf8") }),
    ...(cert !== undefined && { cert: readFileSync(cert, "utf8") }),
    ...(key !== undefined && { key: readFileSync(key, "utf8") }),
  };
}

function readLine(file: string): string {
  return readFileSync(file, "utf8").trim();
}

function parseLabel(text: string): [name: string, value: string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new CliError(`--label: expected NAME=VALUE, got ${JSON.stringify(text)}`);
  return [name, value];
}

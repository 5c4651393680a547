import { parsePrometheusUrl } from "../../fleet/fleet-options.ts";
import { type CredentialSources, readCredentials } from "../../fleet/read/credentials.ts";
import { type FleetReaderOptions, MAX_ANSWER_BYTES } from "../../fleet/read/reader.ts";
import { parseTime } from "../../fleet/read/time.ts";
import { CliError } from "../cli-error.ts";
import type { Io } from "../io.ts";
import { parseLabels, type Values } from "./labels.ts";

/** The address of Prometheus, and how to read it. */
export function toReaderOptions(values: Values, env: Io["env"]): FleetReaderOptions {
  return {
    ...parseLabels(values),
    prometheus: {
      url: parseAddress(values.prometheus ?? env["SVC_STATUS_PROMETHEUS"]),
      timeoutMs: values["request-timeout"],
      maxAnswerBytes: MAX_ANSWER_BYTES,
      toCredentials: () => readCredentials(toCredentialSources(values), env),
    },
    selector: Object.fromEntries(values.label.map((text) => parseLabel(text))),
    maxAgeMs: values["max-age"],
  };
}

/** `--at`: a moment in the past. */
export function parseMoment(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const at = parseTime(text);
  if (at === undefined)
    throw new CliError(
      `--at: expected a time in the past such as 2026-11-27T03:12Z, got ${JSON.stringify(text)}`,
    );
  return at;
}

function parseAddress(text: string | undefined): URL {
  const url = parsePrometheusUrl(text, "Use --basic-file, or the environment");
  if (typeof url === "string") throw new CliError(`--prometheus: ${url}`);
  return url;
}

/** The files that the options name. */
export function toCredentialSources(values: Values): CredentialSources {
  const { "token-file": tokenFile, "basic-file": basicFile, ca, cert, key } = values;
  return { tokenFile, basicFile, tls: { ca, cert, key } };
}

function parseLabel(text: string): [name: string, value: string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new CliError(`--label: expected NAME=VALUE, got ${JSON.stringify(text)}`);
  return [name, value];
}

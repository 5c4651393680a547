import type { FleetLabels } from "../../fleet/options.ts";
import { CliError } from "../cli-error.ts";
import type { Invocation } from "../command.ts";
import type { FLEET } from "./definition.ts";

export type Values = Invocation<typeof FLEET>["values"];

/** `--service-label` and `--within`. */
export function parseLabels(values: Values): FleetLabels {
  const within = values.within.split(",").filter((label) => label !== "");
  return {
    service: expectLabel("--service-label", values["service-label"]),
    within: within.map((label) => expectLabel("--within", label)),
  };
}

/** The names become part of expressions, so they must not contain other syntax. */
export function expectLabel(option: string, name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  throw new CliError(`${option}: expected the name of a label, got ${JSON.stringify(name)}`);
}

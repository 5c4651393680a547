import type {
  ChoiceOption,
  CommandDefinition,
  DurationOption,
  FlagOption,
  IntegerOption,
  OptionDefinition,
} from "../command.ts";
import {
  COUNT_RANGE,
  FIELDS,
  type FieldFacts,
  type Fields,
  type KindValues,
  LIVENESS,
  type NumberName,
  PLATFORM_NAMES,
  PRESET_NAMES,
  SHARED_NAMES,
} from "./fields.ts";

/** The option for each kind of number. */
interface KindOptions extends Readonly<Record<keyof KindValues, OptionDefinition>> {
  readonly delay: DurationOption;
  readonly period: DurationOption;
  readonly count: IntegerOption;
  readonly flag: FlagOption;
  readonly liveness: ChoiceOption & { readonly choices: typeof LIVENESS };
  readonly preset: ChoiceOption & { readonly choices: typeof PRESET_NAMES };
  readonly shared: ChoiceOption & { readonly choices: typeof SHARED_NAMES };
}

const TO_OPTION: { readonly [Kind in keyof KindOptions]: (help: string) => KindOptions[Kind] } = {
  delay: (help) => ({ type: "duration", help }),
  period: (help) => ({ type: "duration", help }),
  count: (help) => ({ type: "integer", placeholder: "N", ...COUNT_RANGE, help }),
  flag: (help) => ({ type: "flag", help }),
  liveness: (help) => ({ type: "choice", choices: LIVENESS, help }),
  preset: (help) => ({ type: "choice", choices: PRESET_NAMES, help }),
  shared: (help) => ({ type: "choice", choices: SHARED_NAMES, help }),
};

type FieldOptions = {
  readonly [Name in NumberName as Fields[Name] extends { readonly option: infer Option extends string }
    ? Option
    : never]: KindOptions[Fields[Name]["kind"]];
};

const FIELD_OPTIONS = Object.fromEntries(
  Object.values<FieldFacts>(FIELDS).flatMap(({ kind, option, help = "" }) =>
    option === undefined ? [] : [[option, TO_OPTION[kind](help)]],
  ),
) as FieldOptions;

type OwnOptions = {
  readonly for: ChoiceOption & { readonly choices: typeof PLATFORM_NAMES };
  readonly format: ChoiceOption & { readonly choices: readonly ["text", "json"]; readonly default: "text" };
};

const OWN_OPTIONS: OwnOptions = {
  for: {
    type: "choice",
    choices: PLATFORM_NAMES,
    help: "Use the defaults of this platform, and print only its settings",
  },
  format: {
    type: "choice",
    short: "f",
    choices: ["text", "json"],
    default: "text",
    help: "Output format",
  },
};

/** `svc-status doctor` */
export const DOCTOR: CommandDefinition & { readonly options: OwnOptions & FieldOptions } = {
  summary: "Find timeouts and thresholds that cannot work together",
  description: [
    'FILE is JSON such as { "probeIntervalMs": 2000, "fall": 3, "graceMs": 30000 }, the configuration of svc-status serve, the output of kubectl get -o json, or a haproxy.cfg; - is standard input. Options override the file. Missing numbers have the defaults of svc-status, Node.js and, with --for, the platform.',
    "Reports numbers that conflict, and prints settings that work.",
  ],
  operands: [
    { placeholder: "FILE", help: "The numbers; - for standard input", optional: true, completes: "file" },
  ],
  options: { ...OWN_OPTIONS, ...FIELD_OPTIONS },
  exits: {
    "0": "no problems found",
    "1": "only warnings",
    "2": "something cannot work",
    "3": "invalid arguments or file",
  },
  examples: [
    [
      "doctor --for kubernetes --grace 30s --handler-timeout 5s",
      "The findings and the settings for Kubernetes",
    ],
    ["doctor haproxy.cfg", "Each backend of a configuration"],
    ["doctor numbers.json --format json", "Everything, as JSON"],
  ],
};

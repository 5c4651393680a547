import { toDurationText } from "../../util/duration-text.ts";
import { correct } from "./correct.ts";
import type { Declared, NumberName, Platform } from "./fields.ts";
import { type Changes, type DiagnosisRule, type Finding, type Found, toCase } from "./finding.ts";
import { toDefined } from "./numbers.ts";
import { findIdleCut, findResets } from "./rules/connections.ts";
import {
  findCutRequests,
  findEarlyEnd,
  findGreedyPreStop,
  findShortGrace,
  findShortPreset,
  findSlowDetection,
} from "./rules/leaving.ts";
import {
  findAllAtOnce,
  findBusyTakenForDead,
  findDeadlyLiveness,
  findFractions,
  findImpatientProbe,
  findLoneInstance,
  findRejected,
  findShortHold,
  findSingleFailure,
  findUnreadProbe,
} from "./rules/probing.ts";

const RULES: readonly DiagnosisRule[] = [
  findImpatientProbe,
  findDeadlyLiveness,
  findSlowDetection,
  findEarlyEnd,
  findShortGrace,
  findGreedyPreStop,
  findShortPreset,
  findCutRequests,
  findResets,
  findIdleCut,
  findRejected,
  findFractions,
  findUnreadProbe,
  findBusyTakenForDead,
  findSingleFailure,
  findAllAtOnce,
  findShortHold,
  findLoneInstance,
];

/** Applying changes can reveal a problem that another one covered. */
const MAX_LOOKS = 8;

/** Finds errors first, then warnings. The last remedy contains all changes that the other remedies still require. */
export function diagnose(declared: Declared, platform?: Platform): readonly Finding[] {
  const found = find(declared, platform);
  if (found.length === 0) return [];
  const corrected = correct(declared, platform);
  const toNumbers = (changes: Changes) => toCase(applyChanges(declared, changes), platform).numbers;
  const change = (names: readonly NumberName[]) => toChanges(toNumbers, corrected, names);
  const more = findMore(declared, platform, change, found);
  return found.map(({ severity, text, names, remedy, or }, index) => {
    const added = index === found.length - 1 ? more : [];
    const said = change(remedy === undefined ? [...names, ...added] : added);
    const words = [...(remedy === undefined ? [] : [remedy]), ...describeChanges(said)].join("; ");
    const set = change([...names, ...added]);
    return { severity, text, remedy: [words, or ?? ""].filter((each) => each !== "").join(", or "), set };
  });
}

function find(declared: Declared, platform: Platform | undefined): readonly Found[] {
  const given = toCase(declared, platform);
  const found = RULES.flatMap((rule) => rule(given) ?? []);
  return [
    ...found.filter(({ severity }) => severity === "error"),
    ...found.filter(({ severity }) => severity === "warning"),
  ];
}

/** The numbers that must also change, so that a second look finds nothing. */
function findMore(
  declared: Declared,
  platform: Platform | undefined,
  change: (names: readonly NumberName[]) => Changes,
  found: readonly Found[],
): readonly NumberName[] {
  const own = found.flatMap(({ names }) => names);
  const more: NumberName[] = [];
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const left = find(applyChanges(declared, change([...own, ...more])), platform);
    if (left.length === 0) break;
    more.push(...left.flatMap(({ names }) => names));
  }
  return more;
}

/** A change also moves the defaults that follow from it, so these are set too. */
function toChanges(
  toNumbers: (changes: Changes) => Declared,
  corrected: Declared,
  names: readonly NumberName[],
): Changes {
  const pick = (numbers: Declared): Changes => {
    const changed = [...new Set(names)].filter((name) => numbers[name] !== corrected[name]);
    return Object.fromEntries(changed.map((name) => [name, corrected[name]]));
  };
  const first = pick(toNumbers({}));
  return { ...first, ...pick(toNumbers(first)) };
}

/** The numbers after the changes. */
export function applyChanges(declared: Declared, changes: Changes): Declared {
  return toDefined({ ...declared, ...changes });
}

function describeChanges(changes: Changes): readonly string[] {
  const words = Object.entries(changes).map(([name, value]) => {
    if (value === undefined) return `${name} no more`;
    if (name === "keepAliveTimeoutMs") return `server.keepAliveTimeout = ${value}`;
    return `${name} to ${typeof value === "number" && name.endsWith("Ms") ? toDurationText(value) : value}`;
  });
  return words.length === 0 ? [] : [`set ${words.join(", ")}`];
}

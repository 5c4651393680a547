import { toDetailText } from "../core/detail-text.ts";
import type { Probe } from "../core/probe.ts";
import { toProbeState } from "../core/probe-setting.ts";
import type { Entry, Report } from "../core/report.ts";
import { getProbeSeams, type Identity } from "../core/seams.ts";
import { toLabels } from "../metrics/labels.ts";
import { toAsciiJson } from "../util/json-text.ts";
import type { ServiceDescription } from "./page/page-model.ts";

export interface ReportFacts {
  readonly service: ServiceDescription;
  /** `undefined`: the client may not know which instance answers. */
  readonly identity: Identity | undefined;
  readonly probe: Probe;
  /** `false`: only names, states and their times. */
  readonly details: boolean;
  /** Whether the client may know who changed the probe. */
  readonly seesWho: boolean;
}

/** Writes the report for tools. */
export function renderReport({ state, at, entries }: Report, facts: ReportFacts): string {
  const { service, identity, details } = facts;
  const { instance: _, ...description } = service;
  const report = {
    service: details ? description : { name: service.name },
    instance: identity?.instance,
    startedAt: identity?.startedAt,
    probe: toProbe(facts),
    state,
    at,
    entries: entries.map((entry) => toEntry(entry, details)),
  };
  return toAsciiJson(JSON.stringify(report));
}

function toProbe({ probe, details, seesWho }: ReportFacts): object {
  const { since } = probe;
  const setting = getProbeSeams(probe).getSetting();
  const state = toProbeState(setting);
  if (!details && !seesWho) return { state, since };
  const { body, reason, until, by, draining } = setting;
  return {
    state,
    since,
    body,
    reason: draining?.reason ?? reason,
    until: toDate(draining?.deadlineAt ?? until),
    by: seesWho ? by : undefined,
  };
}

function toDate(moment: number | undefined): Date | undefined {
  return moment === undefined ? undefined : new Date(moment);
}

function toEntry(entry: Entry, details: boolean): object {
  const { name, status, since, checkedAt, durationMs, reason, critical, scope, dependsOn, runbook, tags } =
    entry;
  const { state } = status;
  if (!details) return { name, state, since };
  // JSON has no NaN and no Infinity.
  const labels = toLabels(status).filter(([, value]) => Number.isFinite(value));
  return {
    name,
    state,
    reason,
    detail: toDetailText(status) || undefined,
    since,
    checkedAt,
    durationMs,
    critical,
    scope,
    dependsOn,
    runbook,
    tags,
    labels: labels.length > 0 ? Object.fromEntries(labels) : undefined,
  };
}

import type { DataQuery, Dashboard as GrafanaDashboard } from "@grafana/schema";
import { expectTypeOf } from "vitest";
import type { Dashboard } from "../../src/fleet/dashboard.ts";

/** A type as JSON has it: an enumeration is its texts, and nothing is written to. */
type Json<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Json<T[Key]> }
      : T;

type Panel = NonNullable<GrafanaDashboard["panels"]>[number];

expectTypeOf<Omit<Dashboard, "panels">>().toExtend<Json<Omit<GrafanaDashboard, "panels">>>();
expectTypeOf<Dashboard["panels"][number]>().toExtend<Json<Extract<Panel, { targets?: unknown }>>>();
expectTypeOf<Dashboard["panels"][number]["targets"][number]>().toExtend<Json<DataQuery>>();

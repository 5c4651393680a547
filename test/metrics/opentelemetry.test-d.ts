import { createNoopMeter, type Meter, metrics } from "@opentelemetry/api";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { expectTypeOf } from "vitest";
import { observeStatus, type StatusMeter } from "../../src/metrics/opentelemetry.ts";

// The API's meter fits, with and without an SDK behind it.
expectTypeOf<Meter>().toExtend<StatusMeter>();
observeStatus(metrics.getMeter("app"));
observeStatus(createNoopMeter());
observeStatus(new MeterProvider().getMeter("app"));

// @ts-expect-error: a provider is no meter
observeStatus(new MeterProvider());

import * as successor from "@prometheus-io/client";
import * as promClient15 from "prom-client";
import * as promClient13 from "prom-client-13";
import * as promClient14 from "prom-client-14";
import { exposeStatus } from "../../src/metrics/prom-client.ts";

// Each library's own register fits, whatever its content type.
exposeStatus(promClient13.register);
exposeStatus(promClient14.register);
exposeStatus(promClient15.register);
exposeStatus(new promClient15.Registry<promClient15.OpenMetricsContentType>());
exposeStatus(new promClient15.AggregatorRegistry<promClient15.PrometheusContentType>());
exposeStatus(successor.register);
exposeStatus(new successor.ClusterRegistry<successor.OpenMetricsContentType>());

// @ts-expect-error: the library itself is no register
exposeStatus(promClient15);

import { toDurationText } from "../util/duration-text.ts";
import type { RuleOptions } from "./options.ts";
import { toRuleFile } from "./rules.ts";
import type { ScrapeOptions } from "./scrape-config.ts";
import type { Tree } from "./yaml.ts";

const API_VERSION = "monitoring.coreos.com/v1";
const METADATA = { name: "svc-status" };

/** The rules as a PrometheusRule of the Prometheus operator. */
export function toPrometheusRule(options: RuleOptions): Tree {
  return { apiVersion: API_VERSION, kind: "PrometheusRule", metadata: METADATA, spec: toRuleFile(options) };
}

/** The PodMonitor of the operator. It scrapes the port `http` of every pod with the label `svc-status: "true"`. */
export function toPodMonitor({ scrapeMs, path }: Omit<ScrapeOptions, "discovery">): Tree {
  return {
    apiVersion: API_VERSION,
    kind: "PodMonitor",
    metadata: METADATA,
    spec: {
      namespaceSelector: { any: true },
      selector: { matchLabels: { "svc-status": "true" } },
      podMetricsEndpoints: [
        {
          port: "http",
          path,
          interval: toDurationText(scrapeMs),
          scrapeTimeout: toDurationText(Math.min(scrapeMs, 10_000)),
          honorLabels: false,
          // By default, the operator names the job after the PodMonitor, which would merge all services into one.
          relabelings: [
            { sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], targetLabel: "job" },
          ],
        },
      ],
    },
  };
}

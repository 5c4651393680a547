import { toDurationText } from "../util/duration-text.ts";
import type { Tree } from "./yaml.ts";

/** How Prometheus finds the instances. */
export type Discovery = "kubernetes" | "dns" | "file";

export interface ScrapeOptions {
  readonly discovery: Discovery;
  readonly scrapeMs: number;
  /** The path of the metrics. */
  readonly path: string;
}

/** The annotation `svc-status/scrape` of the pods, and the label that names their service. */
const ANNOTATION = "__meta_kubernetes_pod_annotation_svc_status_scrape";
const APP = "__meta_kubernetes_pod_label_app_kubernetes_io_name";

const DISCOVERIES: Readonly<Record<Discovery, Readonly<Record<string, Tree>>>> = {
  kubernetes: {
    kubernetes_sd_configs: [{ role: "pod" }],
    relabel_configs: [
      { source_labels: [ANNOTATION], regex: "true", action: "keep" },
      // A pod has a target for each port.
      { source_labels: ["__meta_kubernetes_pod_container_port_name"], regex: "http", action: "keep" },
      { source_labels: ["__meta_kubernetes_pod_phase"], regex: "Failed|Succeeded", action: "drop" },
      { source_labels: [APP], target_label: "job" },
      { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
      { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
    ],
  },
  dns: {
    dns_sd_configs: [{ names: ["_http._tcp.orders.service.consul"], type: "SRV" }],
    // The name of the service: the DNS name that Prometheus resolved.
    relabel_configs: [
      { source_labels: ["__meta_dns_name"], regex: "_[^.]+\\._tcp\\.([^.]+)\\..*", target_label: "job" },
    ],
  },
  file: {
    // Each file: [{ "targets": ["10.0.0.1:8080"], "labels": { "job": "orders" } }]
    file_sd_configs: [{ files: ["services/*.json"], refresh_interval: "1m" }],
  },
};

/** The section of the Prometheus configuration that finds and scrapes the instances. */
export function toScrapeConfig({ discovery, scrapeMs, path }: ScrapeOptions): Tree {
  return {
    scrape_configs: [
      {
        job_name: "svc-status",
        metrics_path: path,
        scrape_interval: toDurationText(scrapeMs),
        // Longer than the default timeout of a handler, 5 s: a scrape that times out returns no series.
        scrape_timeout: toDurationText(Math.min(scrapeMs, 10_000)),
        honor_labels: false,
        ...DISCOVERIES[discovery],
      },
    ],
  };
}

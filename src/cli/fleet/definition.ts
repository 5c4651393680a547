/** `svc-status fleet` */
export const FLEET = {
  summary: "Write rules, routes and a dashboard for many services",
  description: [
    "rules: recording and alerting rules of Prometheus. alertmanager: routes and inhibitions, with which one cause is one notification. scrape-config: how Prometheus finds the instances. dashboard: a dashboard of Grafana.",
    "The services need prometheus.extended. A service is a job, and its handlers name the services that they call with the option upstream.",
    "The times of --time, with their defaults: red (0), yellow (1h), held (1m), decommissioned (2h), unavailable (0), missing (5m), vanished (5m), rollout (30m), fewer (10m), flapping (30m), lookback (1h).",
  ],
  operands: [
    {
      placeholder: "WHAT",
      help: "rules, alertmanager, scrape-config or dashboard",
      choices: ["rules", "alertmanager", "scrape-config", "dashboard"],
    },
  ],
  options: {
    test: { type: "flag", help: "rules: write their unit tests for promtool" },
    operator: { type: "flag", help: "rules, scrape-config: write objects of the Prometheus operator" },
    "rule-file": {
      type: "text",
      placeholder: "FILE",
      default: "svc-status.rules.yml",
      help: "rules --test: the file that is tested",
    },
    time: {
      type: "text",
      placeholder: "NAME=DURATION",
      repeatable: true,
      help: "rules: how long a condition must last before its alert fires",
    },
    label: {
      type: "text",
      placeholder: "NAME=VALUE",
      repeatable: true,
      help: "rules: add a label to every alert",
    },
    runbook: {
      type: "text",
      placeholder: "URL",
      help: "rules: the runbook of every alert, a template such as https://wiki/{{ $labels.alertname }}",
    },
    interval: { type: "duration", help: "rules: the interval of evaluation, if it differs from Prometheus'" },
    "service-label": {
      type: "text",
      placeholder: "LABEL",
      default: "job",
      help: "The label with the name of the service",
    },
    within: {
      type: "text",
      placeholder: "LABELS",
      default: "cluster,namespace,environment",
      mayBeEmpty: true,
      help: "Services explain each other only where these labels are equal",
    },
    "scrape-interval": { type: "duration", default: "30s", help: "How often an instance is scraped" },
    "evaluation-interval": { type: "duration", default: "30s", help: "How often the rules are evaluated" },
    "group-interval": {
      type: "duration",
      default: "5m",
      help: "alertmanager: how long changes are collected",
    },
    receiver: {
      type: "text",
      placeholder: "NAME",
      default: "on-call",
      help: "alertmanager: the receiver, which you fill in",
    },
    discovery: {
      type: "choice",
      choices: ["kubernetes", "dns", "file"],
      default: "kubernetes",
      help: "scrape-config: how instances are found",
    },
    path: {
      type: "text",
      placeholder: "PATH",
      default: "/svc_status.prometheus",
      help: "scrape-config: where the metrics are",
    },
  },
  exits: { "0": "written", "3": "invalid arguments" },
  examples: [
    ["fleet rules > svc-status.rules.yml", "Rules for Prometheus"],
    ["fleet rules --test > svc-status.test.yml", "Their unit tests: promtool test rules svc-status.test.yml"],
    ["fleet alertmanager --scrape-interval 15s", "Routes that wait for a scrape and two evaluations"],
  ],
} as const;

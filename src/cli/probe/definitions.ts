/** `svc-status decommission` */
export const DECOMMISSION = {
  summary: "Take a service out of its load balancer",
  description: [
    "If URL has no path, or ends in /, /probe_status is appended.",
    "By default, a service accepts this only from its own machine. If it requires a token, set the environment variable SVC_STATUS_TOKEN, or use --token, which every user of the machine can read. The token is sent only if URL names a host, not for a port alone.",
    "A decommissioned service continues to answer until it is stopped. --wait waits until it no longer listens.",
  ],
  operands: [
    {
      placeholder: "URL",
      help: "Address of the service: http://localhost:8080, or 8080 for a local port",
    },
  ],
  options: {
    body: {
      type: "text",
      short: "b",
      placeholder: "TEXT",
      default: "OFF",
      mayBeEmpty: true,
      help: "New body of the probe",
    },
    reason: {
      type: "text",
      short: "r",
      placeholder: "TEXT",
      help: "Why: the page, show and the log of the service say it",
    },
    until: {
      type: "text",
      short: "u",
      placeholder: "TIME",
      help: "Commission again by itself: after 30m, or at 2026-01-31T08:00:00Z",
    },
    instance: {
      type: "text",
      placeholder: "NAME",
      help: "Only this instance; others refuse",
    },
    token: { type: "text", placeholder: "TOKEN", help: "Token of the service" },
    wait: { type: "flag", short: "w", help: "Wait until the service has closed" },
    timeout: { type: "duration", short: "t", default: "60s", help: "Timeout of the command" },
    interval: {
      type: "duration",
      short: "i",
      default: "1s",
      help: "With --wait: pause between two requests",
    },
  },
  connects: true,
  exits: {
    "0": "decommissioned; with --wait: closed",
    "3": "not decommissioned, commissioned again, not closed in time, or invalid arguments",
  },
  examples: [
    ["decommission localhost:8080", "The load balancer stops sending requests"],
    [
      "decommission localhost:8080 --body 'upgrading' --wait --timeout 2m",
      "Waits until the service has closed",
    ],
  ],
} as const;

/** `svc-status commission` */
export const COMMISSION = {
  summary: "Put a service back into its load balancer",
  description: [
    "If URL has no path, or ends in /, /probe_status is appended.",
    "By default, a service accepts this only from its own machine. If it requires a token, set the environment variable SVC_STATUS_TOKEN, or use --token, which every user of the machine can read. The token is sent only if URL names a host, not for a port alone.",
  ],
  operands: [
    {
      placeholder: "URL",
      help: "Address of the service: http://localhost:8080, or 8080 for a local port",
    },
  ],
  options: {
    instance: {
      type: "text",
      placeholder: "NAME",
      help: "Only this instance; others refuse",
    },
    token: { type: "text", placeholder: "TOKEN", help: "Token of the service" },
    timeout: { type: "duration", short: "t", default: "10s", help: "Timeout of the command" },
  },
  connects: true,
  exits: { "0": "commissioned", "3": "not commissioned, decommissioned again, or invalid arguments" },
  examples: [["commission localhost:8080", "The probe answers OK again"]],
} as const;

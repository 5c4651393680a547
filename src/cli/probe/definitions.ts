/** `svc-status decommission` */
export const DECOMMISSION = {
  summary: "Take a service out of its load balancer",
  description: [
    "URL is where the service is. Without a path, and where it ends in /, the probe is /probe_status there.",
    "By default a service takes this from its own machine only. Where it wants a token, that stands in the environment variable SVC_STATUS_TOKEN, or behind --token, where everybody on the machine can read it. It is sent only to a host that you name, and not for a port alone.",
    "Decommissioned, a service goes on answering until somebody ends it. --wait stays until it does not listen any more.",
  ],
  operands: [
    {
      placeholder: "URL",
      help: "Where the service is: http://localhost:8080, or 8080 for a port of this machine",
    },
  ],
  options: {
    body: {
      type: "text",
      short: "b",
      placeholder: "TEXT",
      default: "OFF",
      mayBeEmpty: true,
      help: "What the probe answers from now on",
    },
    token: { type: "text", placeholder: "TOKEN", help: "The token that the service wants" },
    wait: { type: "flag", short: "w", help: "Stay until the service has closed" },
    timeout: { type: "duration", short: "t", default: "60s", help: "How long it may take altogether" },
    interval: {
      type: "duration",
      short: "i",
      default: "1s",
      help: "With --wait: how long to pause between two questions",
    },
  },
  connects: true,
  exits: {
    "0": "decommissioned; with --wait: closed",
    "3": "not decommissioned, or commissioned again, not closed in time, or wrong arguments",
  },
  examples: [
    ["decommission localhost:8080", "The load balancer sends its requests elsewhere"],
    [
      "decommission localhost:8080 --body 'upgrading' --wait --timeout 2m",
      "Stays until the service has closed",
    ],
  ],
} as const;

/** `svc-status commission` */
export const COMMISSION = {
  summary: "Put a service back into its load balancer",
  description: [
    "URL is where the service is. Without a path, and where it ends in /, the probe is /probe_status there.",
    "By default a service takes this from its own machine only. Where it wants a token, that stands in the environment variable SVC_STATUS_TOKEN, or behind --token, where everybody on the machine can read it. It is sent only to a host that you name, and not for a port alone.",
  ],
  operands: [
    {
      placeholder: "URL",
      help: "Where the service is: http://localhost:8080, or 8080 for a port of this machine",
    },
  ],
  options: {
    token: { type: "text", placeholder: "TOKEN", help: "The token that the service wants" },
    timeout: { type: "duration", short: "t", default: "10s", help: "How long it may take" },
  },
  connects: true,
  exits: { "0": "commissioned", "3": "not commissioned, or decommissioned again, or wrong arguments" },
  examples: [["commission localhost:8080", "The probe answers OK again"]],
} as const;

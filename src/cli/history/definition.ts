/** `svc-status history` */
export const HISTORY = {
  summary: "Show what happened to a service, if it records its history",
  description: [
    "Each change of a handler with how long the new state lasted, each change of the probe, and each start and end of a process. Then the share of time in each state.",
    "Without svcStatus.authorize, a service shows its history only to clients on its own machine.",
    "The exit status is that of the worst state in this time.",
  ],
  operands: [
    { placeholder: "URL", help: "Address of the service: http://localhost:8080, or 8080 for a local port" },
  ],
  options: {
    since: {
      type: "text",
      short: "s",
      placeholder: "TIME",
      default: "24h",
      help: "Begin this long ago, such as 90m, 24h or 7d, or at a time such as 2026-11-27T03:12Z",
    },
    name: { type: "text", short: "n", placeholder: "NAME", help: "Show only this handler" },
    limit: {
      type: "integer",
      short: "l",
      placeholder: "N",
      min: 1,
      max: 1_000,
      default: 100,
      help: "Show at most this many events, the newest",
    },
    json: { type: "flag", help: "Print the history as the service sends it" },
    timeout: { type: "duration", short: "t", default: "10s", help: "Timeout of the command" },
  },
  connects: true,
  examples: [
    ["history localhost:8080", "The last 24 hours"],
    ["history localhost:8080 --since 7d --name Database", "A week of one handler"],
  ],
} as const;

/** `svc-status wait` */
export const WAIT = {
  summary: "Wait until a service is in a state",
  description: [
    "Repeats its request until the overall state, or the state of each named handler, is a wanted one. It also waits for a service that does not answer yet, and for a handler that is not registered yet. It fails at once if the service denies access or its certificate is not trusted.",
    "It reports its progress on standard error.",
  ],
  operands: [
    {
      placeholder: "URL",
      help: "Address of the service: http://localhost:8080, or 8080 for a local port",
    },
  ],
  options: {
    name: {
      type: "text",
      short: "n",
      placeholder: "NAME",
      repeatable: true,
      help: "Wait for this handler, instead of the overall state",
    },
    state: {
      type: "choice",
      short: "s",
      choices: ["OK", "YELLOW", "RED"],
      repeatable: true,
      default: "OK",
      help: "The state to wait for",
    },
    decommissioned: {
      type: "choice",
      choices: ["OK", "YELLOW", "RED"],
      default: "YELLOW",
      help: "The state that a decommissioned service has at least, without --name",
    },
    timeout: { type: "duration", short: "t", default: "60s", help: "How long to wait" },
    interval: {
      type: "duration",
      short: "i",
      default: "1s",
      help: "Pause between two requests",
    },
  },
  connects: true,
  exits: {
    "0": "the state is reached",
    "1": "timed out; the last state was OK or YELLOW",
    "2": "timed out; the last state was RED",
    "3": "timed out without an answer, or invalid arguments",
  },
  examples: [
    ["wait localhost:8080 && npm run e2e", "In CI: tests begin when the service is OK"],
    ["wait db-proxy:8080 --name Database --timeout 2m", "In a start script: waits for one handler"],
    ["wait localhost:8080 --state OK --state YELLOW", "YELLOW is good enough"],
  ],
} as const;

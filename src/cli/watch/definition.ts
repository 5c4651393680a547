/** `svc-status watch` */
export const WATCH = {
  summary: "Watch the status of one or several services",
  description: [
    "On a terminal: one line for each service, the worst first, and below it the handlers that are not OK. j, k and the arrows move, Enter unfolds, / filters, q quits. Otherwise: one line for each change.",
  ],
  operands: [
    {
      placeholder: "URL",
      repeatable: true,
      help: "Address of the service: http://localhost:8080, or 8080 for a local port",
    },
  ],
  options: {
    name: {
      type: "text",
      short: "n",
      placeholder: "NAME",
      repeatable: true,
      help: "Watch only this handler",
    },
    interval: {
      type: "duration",
      short: "i",
      default: "2s",
      help: "Pause between two requests",
    },
    timeout: { type: "duration", short: "t", default: "10s", help: "Timeout of a request" },
    bell: {
      type: "flag",
      short: "b",
      help: "Ring the bell when a state becomes RED or a service stops answering",
    },
  },
  connects: true,
  exits: {
    "0": "ended with q",
    "3": "invalid arguments",
    "130": "ended with Ctrl-C",
  },
  examples: [
    ["watch localhost:8080 localhost:8081 --bell", "Two services on one screen"],
    ["watch api.example.org --interval 10s >> changes.log", "A line for each change"],
  ],
} as const;

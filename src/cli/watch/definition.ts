/** `svc-status watch` */
export const WATCH = {
  summary: "Watch the status of one or several services",
  description: [
    "On a terminal a table of all handlers, in which changes stand out for some seconds; q or Ctrl-C ends it and brings the screen back. Elsewhere a line for each change.",
  ],
  operands: [
    {
      placeholder: "URL",
      repeatable: true,
      help: "Where the service is: http://localhost:8080, or 8080 for a port of this machine",
    },
  ],
  options: {
    name: {
      type: "text",
      short: "n",
      placeholder: "NAME",
      repeatable: true,
      help: "Watch this handler only",
    },
    interval: {
      type: "duration",
      short: "i",
      default: "2s",
      help: "How long to pause between two questions",
    },
    timeout: { type: "duration", short: "t", default: "10s", help: "How long an answer may take" },
    bell: { type: "flag", short: "b", help: "Ring when something gets RED, or does not answer any more" },
  },
  connects: true,
  exits: {
    "0": "ended with q",
    "3": "wrong arguments",
    "130": "ended with Ctrl-C",
  },
  examples: [
    ["watch localhost:8080 localhost:8081 --bell", "Two services on one screen"],
    ["watch api.example.org --interval 10s >> changes.log", "A line for each change"],
  ],
} as const;

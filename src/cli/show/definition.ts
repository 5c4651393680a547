/** `svc-status show` */
export const SHOW = {
  summary: "Show the status of one or several services",
  description: [
    "If URL has no path, or ends in /, /svc_status is appended. unix:/run/app.sock:/svc_status connects over a Unix socket.",
    "csv, json, prometheus and health are shown as the service sends them; nagios is a line for monitoring plugins.",
    "The overall state is that of the service: a RED handler that is not critical makes it only YELLOW.",
    "With --fail-on, the exit status is 0 or 1, as Docker's HEALTHCHECK requires: 1 for that state, a worse one, or no answer.",
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
      help: "Run only this handler",
    },
    format: {
      type: "choice",
      short: "f",
      choices: ["table", "csv", "json", "prometheus", "health", "nagios"],
      default: "table",
      help: "Output format",
    },
    "fail-on": {
      type: "choice",
      choices: ["RED", "YELLOW"],
      help: "Exit with 1 for this state or a worse one, otherwise with 0",
    },
    problems: { type: "flag", short: "p", help: "Show only the handlers that are not OK" },
    json: { type: "flag", help: "Print the report for tools as the service sends it" },
    decommissioned: {
      type: "choice",
      choices: ["OK", "YELLOW", "RED"],
      default: "YELLOW",
      help: "The state that a decommissioned service has at least, without --name",
    },
    quiet: { type: "flag", short: "q", help: "Print nothing, only set the exit status" },
    timeout: {
      type: "duration",
      short: "t",
      default: "10s",
      help: "Timeout of the command",
    },
  },
  connects: true,
  examples: [
    ["show localhost:8080", "The status as a table"],
    ["show localhost:8080 --name Database --quiet", "Exits with 0, 1 or 2 for the state of Database"],
    ["show unix:/run/app.sock --fail-on RED", "For HEALTHCHECK in a Dockerfile"],
    ["show https://api.example.org --format nagios", "For Nagios and Icinga"],
  ],
} as const;

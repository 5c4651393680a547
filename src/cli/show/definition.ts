/** `svc-status show` */
export const SHOW = {
  summary: "Show the status of a service",
  description: [
    "URL is where the service is. Without a path, and where it ends in /, that is /svc_status there. unix:/run/app.sock:/svc_status asks over a unix socket.",
    "csv, json, prometheus and health are what the service itself answers; nagios is a line for monitoring plugins.",
    "The overall state is the one that the service counts: a RED handler that is not critical makes it YELLOW only.",
    "With --fail-on the exit status is 0 or 1, as Docker's HEALTHCHECK wants it: 1 for that state or a worse one, and for no answer.",
  ],
  operands: [
    {
      placeholder: "URL",
      help: "Where the service is: http://localhost:8080, or 8080 for a port of this machine",
    },
  ],
  options: {
    name: {
      type: "text",
      short: "n",
      placeholder: "NAME",
      repeatable: true,
      help: "Ask this handler only",
    },
    format: {
      type: "choice",
      short: "f",
      choices: ["table", "csv", "json", "prometheus", "health", "nagios"],
      default: "table",
      help: "How to show it",
    },
    "fail-on": {
      type: "choice",
      choices: ["RED", "YELLOW"],
      help: "Exit with 1 from this state on, otherwise with 0",
    },
    quiet: { type: "flag", short: "q", help: "Show nothing, exit with the status only" },
    timeout: {
      type: "duration",
      short: "t",
      default: "10s",
      help: "How long it may take altogether",
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

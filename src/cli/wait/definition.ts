/** `svc-status wait` */
export const WAIT = {
  summary: "Wait until a service is in a state",
  description: [
    "Asks again and again until the overall state, or the state of every handler that is named, is the wanted one. A service that does not answer yet, and a handler that is not there yet, are waited for. One that refuses to answer, or whose certificate is not trusted, is not.",
    "What it waits for stands on standard error.",
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
    timeout: { type: "duration", short: "t", default: "60s", help: "How long to wait" },
    interval: {
      type: "duration",
      short: "i",
      default: "1s",
      help: "How long to pause between two questions",
    },
  },
  connects: true,
  exits: {
    "0": "the state is reached",
    "1": "the time is over, and it was OK or YELLOW when last asked",
    "2": "the time is over, and it was RED when last asked",
    "3": "no answer when last asked, or wrong arguments",
  },
  examples: [
    ["wait localhost:8080 && npm run e2e", "In CI: tests begin when the service is OK"],
    ["wait db-proxy:8080 --name Database --timeout 2m", "In a start script: waits for one handler"],
    ["wait localhost:8080 --state OK --state YELLOW", "YELLOW is good enough"],
  ],
} as const;

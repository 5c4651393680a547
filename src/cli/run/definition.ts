/** `svc-status run` */
export const RUN = {
  summary: "Run a service, and decommission it as soon as a signal arrives",
  description: [
    "Starts COMMAND, forwards signals to it, and ends as it does: with its exit status, or by its signal.",
    "A process whose main thread is busy cannot see SIGTERM. With --sentinel, this command decommissions the service through the port of its sentinel when SIGTERM or SIGINT arrives, so the load balancer leaves meanwhile. Without a sentinel, it only forwards signals.",
    "It fits as process 1 of a container, in place of npm start, which passes no signal on. It does not reap orphaned grandchildren; if your service starts daemons, use docker run --init too.",
  ],
  operands: [
    {
      placeholder: "COMMAND",
      help: "The program and its arguments. Write -- before it, so that its options are not read as options of this command",
      repeatable: true,
    },
  ],
  options: {
    sentinel: {
      type: "text",
      short: "s",
      placeholder: "URL",
      help: "The sentinel of the service: 9101, localhost:9101, or the URL of its probe",
    },
  },
  ownsSignals: true,
  exits: {
    "0-255": "the exit status of COMMAND; 128 and the number of the signal if it ended by one",
    "126": "COMMAND cannot be executed",
    "127": "COMMAND was not found",
    "3": "invalid arguments",
  },
  examples: [
    ["run --sentinel 9101 -- node server.js", "Decommissions at SIGTERM, even while the main thread is busy"],
  ],
} as const;

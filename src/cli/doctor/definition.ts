/** `svc-status doctor` */
export const DOCTOR = {
  summary: "Say which time-outs and thresholds cannot work together",
  description: [
    'FILE is JSON such as { "probeIntervalMs": 2000, "fall": 3, "graceMs": 30000 }, or the configuration of svc-status serve; - is standard input. Options win over the file. What is not said is taken from the defaults of svc-status and Node.js, and with --for from those of the platform.',
    "It tells what is wrong with the arithmetic, and prints settings that are right.",
  ],
  operands: [
    { placeholder: "FILE", help: "The numbers; - for standard input", optional: true, completes: "file" },
  ],
  options: {
    for: {
      type: "choice",
      choices: ["kubernetes", "haproxy", "nginx", "alb", "docker"],
      help: "Judge with this platform's defaults, and print its settings only",
    },
    format: {
      type: "choice",
      short: "f",
      choices: ["text", "json"],
      default: "text",
      help: "How to tell it",
    },
    "handler-timeout": { type: "duration", help: "The longest timeoutMs of a handler that the probe asks" },
    "handler-interval": {
      type: "duration",
      help: "Their intervalMs, where they are asked in the background",
    },
    "require-healthy": { type: "flag", help: "The probe is 503 while a critical handler is RED" },
    liveness: {
      type: "choice",
      choices: ["local", "shared", "probe"],
      help: "What liveness looks at: as /livez does, at shared handlers too, at the probe",
    },
    "probe-interval": { type: "duration", help: "How often the probe is asked" },
    "probe-timeout": { type: "duration", help: "How long the balancer waits for the probe" },
    fall: {
      type: "integer",
      placeholder: "N",
      min: 1,
      max: 1_000,
      help: "So many refusals take an instance out",
    },
    rise: { type: "integer", placeholder: "N", min: 1, max: 1_000, help: "So many good answers take it in" },
    startup: { type: "duration", help: "How long the service takes to start" },
    "longest-request": { type: "duration", help: "How long the longest request takes" },
    "keep-alive": { type: "duration", help: "The keepAliveTimeout of the service" },
    "balancer-idle": { type: "duration", help: "How long the balancer keeps idle connections" },
    deadline: { type: "duration", help: "The deadlineMs of the drain" },
    grace: { type: "duration", help: "From SIGTERM, or the preStop hook, to SIGKILL" },
    "pre-stop": { type: "duration", help: "How long the preStop hook takes" },
    instances: {
      type: "integer",
      placeholder: "N",
      min: 1,
      max: 1_000,
      help: "How many instances there are",
    },
  },
  exits: {
    "0": "nothing wrong was found",
    "1": "it works until something else happens",
    "2": "something cannot work",
    "3": "wrong arguments, or a mistake in the file",
  },
  examples: [
    [
      "doctor --for kubernetes --grace 30s --handler-timeout 5s",
      "The findings and the settings for Kubernetes",
    ],
    ["doctor numbers.json --format json", "Everything, for another program"],
  ],
} as const;

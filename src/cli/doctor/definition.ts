/** `svc-status doctor` */
export const DOCTOR = {
  summary: "Find timeouts and thresholds that cannot work together",
  description: [
    'FILE is JSON such as { "probeIntervalMs": 2000, "fall": 3, "graceMs": 30000 }, or the configuration of svc-status serve; - is standard input. Options override the file. Missing numbers have the defaults of svc-status, Node.js and, with --for, the platform.',
    "Reports numbers that conflict, and prints settings that work.",
  ],
  operands: [
    { placeholder: "FILE", help: "The numbers; - for standard input", optional: true, completes: "file" },
  ],
  options: {
    for: {
      type: "choice",
      choices: ["kubernetes", "haproxy", "nginx", "alb", "docker"],
      help: "Use the defaults of this platform, and print only its settings",
    },
    format: {
      type: "choice",
      short: "f",
      choices: ["text", "json"],
      default: "text",
      help: "Output format",
    },
    "handler-timeout": { type: "duration", help: "Longest timeoutMs of the handlers that the probe runs" },
    "handler-interval": {
      type: "duration",
      help: "Their intervalMs, if they run in the background",
    },
    "require-healthy": { type: "flag", help: "The probe is 503 while a critical handler is RED" },
    shared: {
      type: "choice",
      choices: ["hold", "start", "count", "ignore"],
      help: "When a shared handler that is RED makes an instance unready",
    },
    hold: { type: "duration", help: "How long hold holds (holdMs)" },
    liveness: {
      type: "choice",
      choices: ["local", "shared", "probe"],
      help: "What liveness checks: local handlers (/livez), shared ones too, or the probe",
    },
    "probe-interval": { type: "duration", help: "Interval of the probe" },
    "probe-timeout": { type: "duration", help: "Timeout of the probe" },
    fall: {
      type: "integer",
      placeholder: "N",
      min: 1,
      max: 1_000,
      help: "Number of failed probes that remove an instance",
    },
    rise: {
      type: "integer",
      placeholder: "N",
      min: 1,
      max: 1_000,
      help: "Number of good probes that add it again",
    },
    startup: { type: "duration", help: "How long the service takes to start" },
    "longest-request": { type: "duration", help: "How long the longest request takes" },
    "keep-alive": { type: "duration", help: "The keepAliveTimeout of the service" },
    "balancer-idle": { type: "duration", help: "How long the balancer keeps idle connections" },
    preset: {
      type: "choice",
      choices: ["kubernetes", "docker", "ecs", "cloud-run", "heroku", "pm2", "systemd"],
      help: "The preset of the drain",
    },
    deadline: { type: "duration", help: "The deadlineMs of the drain" },
    grace: { type: "duration", help: "Time from SIGTERM, or the preStop hook, to SIGKILL" },
    "pre-stop": { type: "duration", help: "How long the preStop hook takes" },
    instances: {
      type: "integer",
      placeholder: "N",
      min: 1,
      max: 1_000,
      help: "Number of instances",
    },
  },
  exits: {
    "0": "no problems found",
    "1": "only warnings",
    "2": "something cannot work",
    "3": "invalid arguments or file",
  },
  examples: [
    [
      "doctor --for kubernetes --grace 30s --handler-timeout 5s",
      "The findings and the settings for Kubernetes",
    ],
    ["doctor numbers.json --format json", "Everything, as JSON"],
  ],
} as const;

/** `svc-status serve` */
export const SERVE = {
  summary: "Serve the status of this machine, or of the checks in a file",
  description: [
    'A status service without code. Without a configuration, it checks the event loop, memory and disk of this machine. A configuration is a .json file such as { "checks": [{ "check": "http", "target": "http://users:8080" }] }, or a module (.mjs) whose default export may contain your own handlers. All mistakes in it are reported. The JSON Schema for editors is svc-status/config.schema.json.',
    "SIGHUP reloads the configuration. If it has mistakes, they are reported on standard error and nothing changes. SIGTERM and SIGINT decommission the probe, wait for the load balancers to leave, and end the program; a second signal ends it at once.",
  ],
  operands: [],
  options: {
    config: {
      type: "text",
      short: "c",
      placeholder: "FILE",
      completes: "file",
      help: "The configuration, .json or .mjs",
    },
    port: {
      type: "integer",
      short: "p",
      placeholder: "PORT",
      min: 0,
      max: 65_535,
      help: "Port to listen on; 0 for a free one. Default: from the configuration, or 8080",
    },
    host: {
      type: "text",
      placeholder: "HOST",
      help: "Address to listen on. Default: from the configuration, or 127.0.0.1",
    },
    socket: {
      type: "text",
      placeholder: "PATH",
      completes: "file",
      help: "Unix socket to listen on, instead of a port",
    },
  },
  ownsSignals: true,
  exits: {
    "3": "invalid arguments, a mistake in the configuration, or a failure to listen",
    "128 + N": "ended by the signal N",
  },
  examples: [
    ["serve", "This machine, on http://127.0.0.1:8080/svc_status"],
    ["serve --config status.json --port 9090", "The checks in a file, on another port"],
  ],
} as const;

/** `svc-status serve` */
export const SERVE = {
  summary: "Serve the status of this machine, or of what a file names",
  description: [
    'A status service without writing code. Without a configuration it looks at this machine: its event loop, memory and disk. A configuration is a .json file such as { "checks": [{ "check": "http", "target": "http://users:8080" }] }, or a module (.mjs) whose default export may hold handlers of your own. Every mistake in it is told; the JSON Schema for editors is svc-status/config.schema.json.',
    "SIGHUP reads the configuration again; one with mistakes is told on standard error, and changes nothing. SIGTERM and SIGINT decommission the probe, wait for the load balancers to leave, and end; a second one ends at once.",
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
      help: "Where to listen; 0 for a free port. Left out: as the configuration says, or 8080",
    },
    host: {
      type: "text",
      placeholder: "HOST",
      help: "The address to listen on. Left out: as the configuration says, or 127.0.0.1",
    },
    socket: {
      type: "text",
      placeholder: "PATH",
      completes: "file",
      help: "A Unix socket to listen on, in place of a port",
    },
  },
  ownsSignals: true,
  exits: {
    "3": "wrong arguments, a mistake in the configuration, or no way to listen",
    "128 + N": "ended by the signal N",
  },
  examples: [
    ["serve", "This machine, on http://127.0.0.1:8080/svc_status"],
    ["serve --config status.json --port 9090", "What the file names, on another port"],
  ],
} as const;

// The load balancers: how each is configured, its options for drainOnSignals, and the losses that no process can prevent.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startEndpoints } from "./endpoints.mjs";

const DEPLOY = new URL("../../deploy/", import.meta.url);

/** Longer than the balancers' own retries: HAProxy tries the same instance for 3 s, nginx forgets it after 2 s. */
const DOWN_MS = 6_000;

/** A busy machine must not cost the service that stays. Refusals are answered at once, so it changes nothing else. */
const PATIENCE_S = 10;

/**
 * - `programs`: what must be installed.
 * - `start`: starts it before two services. Resolves when it accepts connections.
 * - `warmMs`: how long it needs until it has checked both services often enough.
 * - `drain`: the options of `drainOnSignals` that its documentation asks for.
 * - `why`: what is lost with any library, and why.
 */
export const BALANCERS = {
  "HAProxy `500ms/3`": haproxy({ check: "inter 500ms fall 3" }),
  "HAProxy `2s/5`": haproxy({ check: "inter 2s fall 5", warmMs: 12_000, drain: { redsSeen: 5 } }),
  "HAProxy `10s/2`": haproxy({
    check: "inter 10s fall 2",
    warmMs: 32_000,
    drain: { redsSeen: 2, capMs: 30_000 },
  }),
  "HAProxy, TCP check": haproxy({
    check: "inter 500ms fall 3",
    isTcp: true,
    why: "it sends requests until it cannot connect. A request that arrives in the instant when the listener is closed is reset.",
  }),
  Caddy: {
    programs: ["caddy"],
    warmMs: 8_000,
    start: (setup) => startWith(setup, "Caddyfile", renderCaddyfile, "caddy", toCaddyArgs),
  },
  Apache: {
    programs: ["apache2"],
    warmMs: 10_000,
    start: (setup) => startWith(setup, "apache.conf", renderApache, "apache2", toApacheArgs),
  },
  Varnish: {
    programs: ["varnishd"],
    warmMs: 8_000,
    start: (setup) => startWith(setup, "varnish.vcl", renderVarnish, "varnishd", toVarnishArgs),
  },
  nginx: {
    programs: ["nginx"],
    warmMs: 6_000,
    drain: { fallback: "fixed" },
    why: "it never probes. A client that reconnects in the instant when a download over a kept-alive connection has ended can get that connection, and so the process that leaves.",
    start: (setup) => startWith(setup, "nginx.conf", renderNginx, "nginx", toNginxArgs),
  },
  "Kubernetes, 3 s lag": {
    programs: [],
    warmMs: 8_000,
    drain: { preset: "kubernetes" },
    start: ({ port, services }) => startEndpoints({ port, services, lagMs: 3_000 }),
  },
};

for (const balancer of Object.values(BALANCERS)) balancer.downMs = DOWN_MS;

/** Writes the configuration and starts the program with it. */
async function startWith({ place, port, services }, file, render, program, toArgs) {
  const config = join(place.folder, file);
  await writeFile(config, await render({ port, services, folder: place.folder }));
  await place.start(program, toArgs({ config, port, folder: place.folder }), { port });
  return { noteSignal() {}, noteStart() {}, close() {} };
}

function haproxy({ check, warmMs = 8_000, isTcp = false, drain, why }) {
  async function render({ port, services: [one, two] }) {
    const text = await readFile(new URL("haproxy.cfg", DEPLOY), "utf8");
    const config = text
      .replace("bind :80", `bind 127.0.0.1:${port}`)
      .replace("192.0.2.1:8080", `127.0.0.1:${one}`)
      .replace("192.0.2.2:8080", `127.0.0.1:${two}`)
      .replace("inter 500ms fall 3", check)
      .replace("timeout check 2s", `timeout check ${PATIENCE_S}s`);
    return isTcp ? config.replace(/^ *(option httpchk|http-check).*\n/gm, "") : config;
  }
  return {
    programs: ["haproxy"],
    warmMs,
    drain,
    why,
    start: (setup) =>
      startWith(setup, "haproxy.cfg", render, "haproxy", ({ config }) => ["-db", "-f", config]),
  };
}

/**
 * Not `round_robin`: its requests share a counter, so while one of two instances is out, some find only that one and
 * get 503.
 */
function renderCaddyfile({ port, services: [one, two] }) {
  return `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${one} 127.0.0.1:${two} {
    lb_policy random
    health_uri /probe_status
    health_interval 1s
    health_timeout ${PATIENCE_S}s
    flush_interval -1
  }
}
`;
}

const toCaddyArgs = ({ config }) => ["run", "--adapter", "caddyfile", "--config", config];

/** With as many spare threads as there are, it never ends a child, and with it the connections of its clients. */
function renderApache({ port, services, folder }) {
  const modules = [
    "mpm_event",
    "authz_core",
    "proxy",
    "proxy_http",
    "proxy_wstunnel",
    "proxy_balancer",
    "proxy_hcheck",
    "slotmem_shm",
    "lbmethod_byrequests",
  ];
  const members = services
    .map(
      (service) =>
        `  BalancerMember http://127.0.0.1:${service} upgrade=websocket hcmethod=GET hcuri=/probe_status hcinterval=1 hcfails=2 hcpasses=2`,
    )
    .join("\n");
  return `ServerRoot ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
Mutex file:${folder} default
ErrorLog ${folder}/error.log
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
User www-data
Group www-data
StartServers 1
ServerLimit 8
ThreadLimit 128
ThreadsPerChild 128
MinSpareThreads 128
MaxSpareThreads 1024
MaxRequestWorkers 1024
ProxyTimeout 60
KeepAliveTimeout 70
MaxKeepAliveRequests 0
ProxyHCTPsize 4
<Proxy balancer://services>
${members}
</Proxy>
ProxyPass / balancer://services/
`;
}

const toApacheArgs = ({ config }) => ["-f", config, "-DFOREGROUND"];

function renderVarnish({ services }) {
  const backends = services.map(
    (service, index) => `backend b${index} {
  .host = "127.0.0.1";
  .port = "${service}";
  .probe = { .url = "/probe_status"; .interval = 1s; .timeout = ${PATIENCE_S}s; .window = 3; .threshold = 2; .initial = 2; }
}
`,
  );
  return `vcl 4.1;
import directors;
${backends.join("")}
sub vcl_init {
  new services = directors.round_robin();
  services.add_backend(b0);
  services.add_backend(b1);
}
sub vcl_recv {
  set req.backend_hint = services.backend();
  if (req.http.Upgrade ~ "(?i)websocket") { return (pipe); }
  return (pass);
}
sub vcl_pipe {
  if (req.http.Upgrade) {
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = req.http.Connection;
  }
}
sub vcl_backend_response { set beresp.do_stream = true; }
`;
}

const toVarnishArgs = ({ config, port, folder }) => [
  ...["-F", "-j", "none", "-n", join(folder, "varnish"), "-f", config, "-a", `127.0.0.1:${port}`],
  ...["-s", "malloc,16m", "-p", "timeout_idle=70"],
];

async function renderNginx({ port, services: [one, two] }) {
  const text = await readFile(new URL("nginx.conf", DEPLOY), "utf8");
  return text
    .replace("events {}", "pid nginx.pid;\nevents { worker_connections 4096; }")
    .replace("http {", "http {\n  access_log off;")
    .replace("listen 80;", `listen 127.0.0.1:${port};`)
    .replace("192.0.2.1:8080", `127.0.0.1:${one}`)
    .replace("192.0.2.2:8080", `127.0.0.1:${two}`);
}

const toNginxArgs = ({ config, folder }) => [
  ...["-p", folder, "-c", config, "-e", "stderr"],
  ...["-g", "daemon off; master_process off;"],
];

import { toDurationText } from "../../../util/duration-text.ts";
import type { Numbers } from "../numbers.ts";
import { toAddresses } from "./addresses.ts";

/** Default timeout of nginx for the next byte of an answer. */
const READ_TIMEOUT_MS = 60_000;

/** A complete nginx.conf. */
export function renderNginx(numbers: Numbers): string {
  const { balancerIdleMs = 0, longestRequestMs = 0 } = numbers;
  const servers = toAddresses(numbers).map((address) => `    server ${address} max_fails=1 fail_timeout=1s;`);
  return `events {}

http {
  upstream services {
    # Leave more than 2 s between the restarts of two instances: nginx counts in whole seconds, so 1s can be 2.
${servers.join("\n")}
${renderKeepAlive(balancerIdleMs)}  }

  server {
    listen 80;

    location / {
      proxy_pass http://services;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_connect_timeout 1s;
      proxy_read_timeout ${toDurationText(Math.max(READ_TIMEOUT_MS, longestRequestMs + 5_000))};
      # nginx never asks the probe: what helps is a second try. Not for POST and the like.
      proxy_next_upstream error timeout http_503;
      proxy_next_upstream_tries 2;
    }
  }
}
`;
}

function renderKeepAlive(ms: number): string {
  return ms === 0 ? "" : `    keepalive 32;\n    keepalive_timeout ${toDurationText(ms)};\n`;
}

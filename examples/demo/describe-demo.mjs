/** The list of what you can try, for the terminal and for `GET /`. */
export function describeDemo({ url, sentinelUrl, blockMs, databaseName }) {
  return `
This service keeps notes in PostgreSQL (${databaseName}). In another terminal:

Look at it in a browser, and leave the page open while you break something:
  ${url}/svc_status

How is it? ImportJob changes by itself, every few seconds; the last line goes on asking.
  curl ${url}/svc_status
  curl ${url}/svc_status.json
  curl ${url}/svc_status.prometheus
  curl ${url}/svc_status.health
  curl '${url}/svc_status?name=DatabaseConnection'
  while curl -s ${url}/svc_status; do echo; sleep 2; done

Break something, ask again, and mend it:
  curl -X POST ${url}/demo/database/stop
  curl -X POST ${url}/demo/database/start
  curl -X POST ${url}/demo/user-service/stop
  curl -X POST ${url}/demo/user-service/start

What a load balancer sees, until you decommission the service, and after you commission it again:
  curl -i ${url}/probe_status
  curl -X POST '${url}/probe_status?body=OFF'
  curl -X POST ${url}/probe_status

Keep its main thread busy for ${blockMs / 1_000} s. Meanwhile nothing answers above, but its sentinel does, a thread with a port of its own:
  curl -X POST ${url}/demo/block
  curl ${sentinelUrl}/livez
  curl ${sentinelUrl}/svc_status
  curl ${sentinelUrl}/probe_status

Its notes:
  curl -d 'buy milk' ${url}/notes
  curl ${url}/notes

Ctrl-C ends it.
`;
}

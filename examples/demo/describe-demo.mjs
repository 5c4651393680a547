/** The list of what you can try, for the terminal and for `GET /`. */
export function describeDemo({ url, sentinelUrl, blockMs, databaseName }) {
  return `
This service stores notes in PostgreSQL (${databaseName}).

Try this first: open ${url}/ in a browser, and press "Stop the database".
Its status page, which you can leave open while you break something: ${url}/svc_status

Or in another terminal: request the status. ImportJob changes every few seconds; the last command repeats the request.
  curl ${url}/svc_status
  curl ${url}/svc_status.json
  curl ${url}/svc_status.prometheus
  curl ${url}/svc_status.health
  curl '${url}/svc_status?name=DatabaseConnection'
  while curl -s ${url}/svc_status; do echo; sleep 2; done

Break something, request the status again, and fix it:
  curl -X POST ${url}/demo/database/stop
  curl -X POST ${url}/demo/database/start
  curl -X POST ${url}/demo/user-service/stop
  curl -X POST ${url}/demo/user-service/start

Restart two instances behind a small balancer, one after the other, and count what their clients lose:
  curl -X POST ${url}/demo/rolling-restart
  curl ${url}/demo/state

What a load balancer sees, until you decommission the service, and after you commission it again:
  curl -i ${url}/probe_status
  curl -X POST '${url}/probe_status?body=OFF'
  curl -X POST ${url}/probe_status

Keep its main thread busy for ${blockMs / 1_000} s. Meanwhile the service does not answer, but its sentinel does, a thread with its own port:
  curl -X POST ${url}/demo/block
  curl ${sentinelUrl}/livez
  curl ${sentinelUrl}/svc_status
  curl ${sentinelUrl}/probe_status

Its notes:
  curl -d 'buy milk' ${url}/notes
  curl ${url}/notes

Press Ctrl-C to stop it.
`;
}

import { createServer, request as send } from "node:http";

/** A proxy in front of Prometheus that counts the queries. */
export async function startCountingProxy() {
  let [queries, target] = [0, ""];
  const server = createServer((request, response) => {
    queries += 1;
    const { method, url, headers } = request;
    const onward = send(target + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    count: () => queries,
    pointTo(url) {
      target = url;
    },
    close: () => server.close(),
  };
}

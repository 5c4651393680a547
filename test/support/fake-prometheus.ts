import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** The labels of a series, and its value. */
export type FakeSeries = readonly [labels: Readonly<Record<string, string>>, value: number];

/** The answer of a query as text, or `undefined` for 503 with HTML. */
export type FakeAnswer = (query: string, time: string | undefined) => readonly FakeSeries[] | undefined;

/** Answers instant queries as Prometheus does. Closed when the test is over. */
export async function startFakePrometheus(answer: FakeAnswer): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const form = new URLSearchParams(body);
    const series = answer(form.get("query") ?? "", form.get("time") ?? undefined);
    if (series === undefined) {
      response.writeHead(503, { "content-type": "text/html" }).end("<html>");
      return;
    }
    const result = series.map(([metric, value]) => ({ metric, value: [0, String(value)] }));
    response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** The labels of a series, and its value. */
export type FakeSeries = readonly [labels: Readonly<Record<string, string>>, value: number];

/** The answer of a query as text, or `undefined` for 503 with HTML. */
export type FakeAnswer = (query: string, time: string | undefined) => readonly FakeSeries[] | undefined;

/** The labels of a series, and its value at a time in seconds since 1970. */
export type FakeRange = readonly [labels: FakeSeries[0], toValue: (at: number) => number];

/** Answers queries as Prometheus does: instant ones, and of ranges if `answerRange` is set. Closed when the test is over. */
export async function startFakePrometheus(
  answer: FakeAnswer,
  answerRange?: (query: string) => readonly FakeRange[],
): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const form = new URLSearchParams(body);
    if (answerRange !== undefined && request.url?.endsWith("/query_range") === true) {
      const result = answerRange(form.get("query") ?? "").map(([metric, toValue]) => ({
        metric,
        values: toTimes(form).map((at) => [at, String(toValue(at))]),
      }));
      response.end(JSON.stringify({ status: "success", data: { resultType: "matrix", result } }));
      return;
    }
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

function toTimes(form: URLSearchParams): readonly number[] {
  const [start = 0, end = 0, step = 1] = ["start", "end", "step"].map((name) => Number(form.get(name)));
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
}

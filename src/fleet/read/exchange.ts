import { type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";

/** Sends a request over its own connection. Rejects if there is no response. */
export async function send(
  url: URL,
  { headers, ...options }: RequestOptions,
  body?: string,
): Promise<IncomingMessage> {
  const request = url.protocol === "https:" ? (await import("node:https")).request : requestHttp;
  const common = { accept: "application/json", "user-agent": "svc-status" };
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent: false, headers: { ...common, ...headers } }, resolve);
    // The last event of a request. If the server switches protocols, there is neither a response nor an error.
    sent.on("close", () => reject(new Error("the connection was closed without an answer")));
    sent.on("error", reject).end(body);
  });
}

/** Rejects if the text is larger, without reading the rest of it. */
export async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

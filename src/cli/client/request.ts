import { type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { toAddress } from "./address.ts";
import type { Connection } from "./connection.ts";
import { toNoAnswer, UnusableAnswerError } from "./no-answer.ts";
import { describeServiceUrl, type ServiceUrl } from "./service-url.ts";

export interface ServiceRequest {
  readonly target: ServiceUrl;
  /** @default "GET" */
  readonly method?: "GET" | "POST";
  readonly accept?: string;
  /** In addition to the user's headers, which take precedence. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A bearer token. */
  readonly token?: string | undefined;
  readonly connection: Connection;
  /** Aborts the request. */
  readonly signal: AbortSignal;
}

export interface ReceivedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** Source of the answer, safe to show. */
  readonly from: string;
  /** The instance that answered, if it says so. */
  readonly instance?: string | undefined;
}

/** Names the instance: in an answer, the one that sent it; in a change, the one that may accept it. */
export const INSTANCE_HEADER = "svc-status-instance";

/** Maximum length of an answer in bytes. A status is a thousand times smaller. */
export const MAX_ANSWER_BYTES = 5_000_000;

/** Maximum number of redirects, within one origin. */
export const MAX_REDIRECTS = 5;

/** Sends one request over a new connection. @throws NoAnswerError that describes the failure in one line. */
export async function sendRequest(serviceRequest: ServiceRequest): Promise<ReceivedAnswer> {
  let { target } = serviceRequest;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const from = describeServiceUrl(target);
    try {
      const response = await send({ ...serviceRequest, target });
      const next = toRedirect(serviceRequest, target, response);
      if (next === undefined) return await read(response, from);
      response.destroy();
      target = next;
    } catch (error) {
      throw toNoAnswer(error, target, serviceRequest.signal);
    }
  }
  throw new UnusableAnswerError(
    `${describeServiceUrl(serviceRequest.target)} redirects more than ${MAX_REDIRECTS} times. Use the URL of the status itself`,
  );
}

async function send(serviceRequest: ServiceRequest): Promise<IncomingMessage> {
  const { url } = serviceRequest.target;
  // Loaded on demand: loading it takes as long as all other modules together.
  const request = url.protocol === "https:" ? (await import("node:https")).request : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(toRequestOptions(serviceRequest), resolve);
    // The last event of a request. If the server switches protocols, there is neither a response nor an error.
    sent.on("close", () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
    sent.on("error", reject).end();
  });
}

function toRequestOptions(serviceRequest: ServiceRequest): RequestOptions {
  const { target, method = "GET", accept = "*/*", headers, token, connection, signal } = serviceRequest;
  const { url, socketPath } = target;
  const where = socketPath === undefined ? toAddress(target) : { socketPath };
  return {
    ...where,
    ...connection.tls,
    method,
    path: url.pathname + url.search,
    headers: {
      host: url.host,
      accept,
      "user-agent": "svc-status",
      ...headers,
      ...(method === "POST" && { "content-length": "0" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...connection.headers,
    },
    ...(url.username + url.password !== "" && {
      auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
    }),
    agent: false,
    signal,
  };
}

/**
 * The target of a redirect, if there is one. Never another origin, because headers and tokens are meant for this one.
 */
function toRedirect(
  { method = "GET" }: ServiceRequest,
  target: ServiceUrl,
  response: IncomingMessage,
): ServiceUrl | undefined {
  const { statusCode = 0, headers } = response;
  if (statusCode < 300 || statusCode > 399 || headers.location === undefined) return undefined;
  const location = URL.canParse(headers.location, target.url.href)
    ? new URL(headers.location, target.url)
    : undefined;
  const from = describeServiceUrl(target);
  if (location === undefined || location.origin !== target.url.origin || method !== "GET") {
    response.destroy();
    const to = location === undefined ? "an invalid URL" : describeServiceUrl({ url: location });
    throw new UnusableAnswerError(`${from} redirects to ${to}. Use that URL if you trust it`);
  }
  // The same origin means the same user, even if the server leaves the user out.
  location.username = target.url.username;
  location.password = target.url.password;
  return { ...target, url: location };
}

async function read(response: IncomingMessage, from: string): Promise<ReceivedAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES)
      throw new UnusableAnswerError(
        `the answer of ${from} is larger than ${MAX_ANSWER_BYTES / 1_000_000} MB. Is it the URL of a status?`,
      );
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers["content-type"] ?? "",
    // Invalid UTF-8 becomes U+FFFD.
    text: new TextDecoder().decode(Buffer.concat(chunks)),
    from,
    instance: response.headers[INSTANCE_HEADER]?.toString(),
  };
}

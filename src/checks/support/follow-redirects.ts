import { CheckError } from "./failure.ts";

/** Maximum number of redirects, as in `fetch`. */
export const MAX_FOLLOWED_REDIRECTS = 20;

export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a request, without following a redirect. */
export type SendRequest = (request: HttpRequest) => Promise<Response>;

/** 300 is a choice; 304 and the others are not redirects (RFC 9110, 15.4). */
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Follows redirects without `fetch`, which removes only `Authorization` and cookies when the origin changes:
 * headers such as `X-Api-Key` are secrets too. After a redirect to another origin, no header is sent, not
 * even to the first origin again, because the other origin chose that URL.
 */
export async function followRedirects(send: SendRequest, first: HttpRequest): Promise<Response> {
  let request = first;
  for (let redirects = 0; redirects <= MAX_FOLLOWED_REDIRECTS; redirects += 1) {
    const response = await send(request);
    const location = response.headers.get("location");
    if (!REDIRECTS.includes(response.status) || location === null) return response;
    await discardBody(response);
    request = toNext(request, response.status, location);
  }
  throw new CheckError("wrong answer", `more than ${MAX_FOLLOWED_REDIRECTS} redirects`);
}

function toNext({ url, method, headers }: HttpRequest, status: number, location: string): HttpRequest {
  const next = toTarget(location, url);
  const isSame = next.origin === new URL(url).origin;
  const becomesGet = shouldBecomeGet(status, method);
  const kept = becomesGet ? withoutContent(headers) : headers;
  return { url: next.href, method: becomesGet ? "GET" : method, headers: isSame ? kept : {} };
}

/** Errors do not contain the target, because it may contain a secret. */
function toTarget(location: string, base: string): URL {
  if (!URL.canParse(location, base)) throw new CheckError("wrong answer", "a redirect to an invalid URL");
  const target = new URL(location, base);
  if (target.protocol !== "http:" && target.protocol !== "https:")
    throw new CheckError("wrong answer", "a redirect to a protocol other than HTTP");
  if (target.username !== "" || target.password !== "")
    throw new CheckError("wrong answer", "a redirect to an address with a user name or a password");
  return target;
}

/** As in the Fetch standard: 303 redirects to another resource, and 301 and 302 turn a POST into a GET. */
function shouldBecomeGet(status: number, method: string): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

function withoutContent(headers: HttpRequest["headers"]): HttpRequest["headers"] {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !/^content-(?:encoding|language|length|location|type)$/i.test(name),
    ),
  );
}

/** An unread body occupies its connection. */
async function discardBody({ body }: Response): Promise<void> {
  try {
    await body?.cancel();
  } catch {
    // The body has already failed: there is nothing left to discard.
  }
}

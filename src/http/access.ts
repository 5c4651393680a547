import { MAX_REASON_LENGTH } from "../core/probe-setting.ts";
import { replaceControlCharacters, toWellFormed } from "../util/text.ts";
import type { StatusRequest } from "./message.ts";
import { callApplication } from "./permission.ts";

/** Access control for decommissioning and commissioning over HTTP. */
export type Control = "loopback" | "open" | "off" | { readonly token: string } | ControlFunction;

/** The application's function that decides who may change the probe. */
export type ControlFunction = (request: StatusRequest) => ControlDecision | Promise<ControlDecision>;

/** Only `true` permits it. `as` is the user's name, for the log and for other users with that permission. */
export type ControlDecision = boolean | { readonly allowed: boolean; readonly as?: string };

/** The decision on a request: the user, or the status code of the refusal. */
export type Access =
  | { readonly isAllowed: true; readonly by: string | undefined }
  | { readonly isAllowed: false; readonly status: 401 | 403 };

// Each of these headers shows that the peer forwarded the request of another client.
const FORWARDING_HEADERS: readonly string[] = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-forwarded-server",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-envoy-external-address",
  "true-client-ip",
  "cf-connecting-ip",
  "fastly-client-ip",
  "via",
];

const FORBIDDEN: Access = { isAllowed: false, status: 403 };
const UNAUTHORIZED: Access = { isAllowed: false, status: 401 };

/** Decides whether a request may change the probe. Rejects only if the application's function does. */
export async function decideControl(control: Control, request: StatusRequest): Promise<Access> {
  const { remoteAddress } = request;
  const peer: Access = { isAllowed: true, by: remoteAddress && toPlainAddress(remoteAddress) };
  if (isCrossSite(request) || control === "off") return FORBIDDEN;
  if (control === "open") return peer;
  if (control === "loopback") return isLoopbackRequest(request) ? peer : FORBIDDEN;
  if (typeof control === "function") return toAccess(await callApplication(control, request), peer);
  return (await hasToken(request, control.token)) ? peer : UNAUTHORIZED;
}

/** Rejects everything but `true`, because a forgotten `await` or a user object would be truthy too. */
function toAccess(decision: unknown, peer: Access): Access {
  if (decision === true) return peer;
  const { allowed, as } = (decision ?? {}) as Partial<Record<"allowed" | "as", unknown>>;
  if (allowed !== true) return FORBIDDEN;
  return typeof as === "string" && as !== "" ? { isAllowed: true, by: toShownName(as) } : peer;
}

function toShownName(name: string): string {
  return toWellFormed(replaceControlCharacters(name)).slice(0, MAX_REASON_LENGTH);
}

/**
 * Whether control permits a client without calling the application's function, which is not called for load balancers.
 */
export function decideQuickly(
  control: Control | undefined,
  request: StatusRequest,
): boolean | Promise<boolean> {
  if (isLoopbackRequest(request)) return true;
  if (typeof control !== "object") return control === "open";
  return request.header("authorization") !== undefined && hasToken(request, control.token);
}

/** Pages of other sites may not send requests here (Fetch Metadata; RFC 6454 for `Origin`). */
function isCrossSite(request: StatusRequest): boolean {
  const site = request.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  const origin = request.header("origin");
  return origin !== undefined && !isOwnOrigin(origin, request.header("host"));
}

/** An origin without a host, such as `null`, never matches, even if the request has no host either. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const originHost = toHost(origin);
  return originHost !== "" && originHost === host?.toLowerCase();
}

function toHost(origin: string): string {
  try {
    return new URL(origin).host;
  } catch {
    return "";
  }
}

/** Whether the client is on this machine, as far as that can be determined. */
export function isLoopbackRequest(request: StatusRequest): boolean {
  if (!isLoopbackAddress(request.remoteAddress)) return false;
  const isForwarded = FORWARDING_HEADERS.some((name) => request.header(name) !== undefined);
  return !isForwarded && !isRebound(request);
}

/** 127.0.0.0/8 (RFC 1122), ::1 (RFC 4291), and the former mapped into IPv6. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(?:127(?:\.\d{1,3}){3}|::1)$/.test(toPlainAddress(address));
}

/** Servers that listen on `::` see an IPv4 client as ::ffff:127.0.0.1 (RFC 4291, 2.5.5.2). */
export function toPlainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+(?:\.\d+){3}$)/i, "");
}

/**
 * A site whose name resolves to this machine ("DNS rebinding") is same-origin for the browser. Its `Host`
 * header still reveals it: genuine local pages use a loopback name.
 */
function isRebound(request: StatusRequest): boolean {
  const isBrowser = request.header("origin") !== undefined || request.header("sec-fetch-site") !== undefined;
  const host = request.header("host") ?? "";
  return isBrowser && !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
}

async function hasToken(request: StatusRequest, token: string): Promise<boolean> {
  const [, given = ""] = /^Bearer +(\S+) *$/i.exec(request.header("authorization") ?? "") ?? [];
  return isSameText(given, token);
}

/** Compares in constant time. Comparing digests hides the length too. */
async function isSameText(one: string, other: string): Promise<boolean> {
  const [oneDigest, otherDigest] = await Promise.all([toDigest(one), toDigest(other)]);
  const difference = oneDigest.reduce((sum, byte, index) => sum | (byte ^ (otherDigest[index] ?? 0)), 0);
  return difference === 0;
}

async function toDigest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

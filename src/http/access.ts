import type { StatusRequest } from "./message.ts";
import { isPermitted, type Permission } from "./permission.ts";

/** Access control for decommissioning and commissioning over HTTP. */
export type Control = "loopback" | "open" | "off" | { readonly token: string } | Permission;

/** `allowed`, or the status code of the refusal. */
export type Access = "allowed" | 401 | 403;

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

/** Decides whether a request may change the probe. Rejects only if the application's function does. */
export async function decideControl(control: Control, request: StatusRequest): Promise<Access> {
  if (isCrossSite(request) || control === "off") return 403;
  if (control === "open") return "allowed";
  if (control === "loopback") return isLoopbackRequest(request) ? "allowed" : 403;
  if (typeof control === "function") return (await isPermitted(control, request)) ? "allowed" : 403;
  return (await hasToken(request, control.token)) ? "allowed" : 401;
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

function isLoopbackRequest(request: StatusRequest): boolean {
  const isForwarded = FORWARDING_HEADERS.some((name) => request.header(name) !== undefined);
  return isLoopbackAddress(request.remoteAddress) && !isForwarded && !isRebound(request);
}

/** 127.0.0.0/8 (RFC 1122), ::1 (RFC 4291), and the former mapped into IPv6. */
function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/i.test(address);
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

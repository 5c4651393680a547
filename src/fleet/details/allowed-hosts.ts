import { BlockList, isIP } from "node:net";
import type { TextShape } from "../../options/shape.ts";

/**
 * `orders.example.org`, `*.example.org`, `10.0.0.0/8`, `[fd00::]/8`, each with an optional port: `:8080`, or `:*`
 * for all ports. Without a port: 80 for http and 443 for https, as in a Content-Security-Policy.
 */
const ENTRY =
  /^(?:(\*\.)?([a-z\d_-]+(?:\.[a-z\d_-]+)*)|\[([\da-f:.]+)\])(?:\/(\d{1,3}))?(?::(\d{1,5}|\*))?$/i;

export const ALLOWED_HOST: TextShape = {
  kind: "text",
  pattern: /^/u,
  isRight: (text) => parseEntry(text) !== undefined,
  expected:
    "a host such as orders.example.org, *.example.org, 10.0.0.0/8 or [fd00::]/8, with an optional port",
};

/** The hosts whose reports may be fetched. */
export interface AllowedHosts {
  /** Whether the host and the port of a URL are in the list. The addresses of a name are checked separately. */
  allows(url: URL): boolean;
  /** Whether a name may resolve to an address, for this port. */
  allowsAddress(address: string, url: URL): boolean;
}

interface Entry {
  readonly isWildcard: boolean;
  readonly host: string;
  readonly network: BlockList | undefined;
  readonly port: string | undefined;
}

/** Addresses that a name must not resolve to, unless they are in the list themselves: this machine, and link-local. */
const SPECIAL: BlockList = createNetwork("127.0.0.0", 8);
for (const [address, length] of [
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 3],
  ["::", 127],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  SPECIAL.addSubnet(address, length, toFamily(address));

export function createAllowedHosts(texts: readonly string[]): AllowedHosts {
  const entries = texts.flatMap((text) => parseEntry(text) ?? []);

  function isListed(address: string, url: URL): boolean {
    return entries.some((entry) => hasPort(entry, url) && entry.network?.check(address, toFamily(address)));
  }

  return {
    allows(url) {
      const host = url.hostname.replace(/^\[|\]$|\.$/g, "");
      if (isIP(host) > 0) return isListed(host, url);
      return entries.some(
        (entry) =>
          entry.network === undefined &&
          hasPort(entry, url) &&
          (entry.isWildcard ? host.endsWith(`.${entry.host}`) : host === entry.host),
      );
    },
    allowsAddress: (address, url) => !SPECIAL.check(address, toFamily(address)) || isListed(address, url),
  };
}

function hasPort({ port }: Entry, url: URL): boolean {
  // A URL without a port has the default one of its scheme.
  return (
    port === "*" || (url.port === "" ? port === undefined || port === toDefaultPort(url) : url.port === port)
  );
}

function toDefaultPort({ protocol }: URL): string {
  return protocol === "https:" ? "443" : "80";
}

function parseEntry(text: string): Entry | undefined {
  const [, wildcard, name = "", ipv6, length, port] = ENTRY.exec(text) ?? [];
  const host = (ipv6 ?? name).toLowerCase();
  const version = isIP(host);
  const bits = version === 6 ? 128 : 32;
  const isRight = version === 0 ? ipv6 === undefined && length === undefined : wildcard === undefined;
  // `1.2.3` would be an address for others.
  if (host === "" || !isRight || (version === 0 && /(?:^|\.)(?:0x[\da-f]*|\d+)$/.test(host)))
    return undefined;
  if (Number(length ?? bits) > bits || (port !== "*" && Number(port ?? 0) > 65_535)) return undefined;
  const network = version === 0 ? undefined : createNetwork(host, Number(length ?? bits));
  return { isWildcard: wildcard !== undefined, host, network, port };
}

function createNetwork(address: string, length: number): BlockList {
  const network = new BlockList();
  network.addSubnet(address, length, toFamily(address));
  return network;
}

function toFamily(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

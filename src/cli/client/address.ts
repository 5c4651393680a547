import type { LookupFunction } from "node:net";
import type { ServiceUrl } from "./service-url.ts";

/** The TCP address to connect to, for `node:http` and `node:net`. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly lookup?: LookupFunction;
  readonly autoSelectFamily?: boolean;
}

/** A service on this machine may listen on either address. */
const LOOPBACK = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/** A request to a guessed host never leaves this machine, regardless of how `localhost` resolves. */
export function toAddress({ url, isHostGuessed }: ServiceUrl): Address {
  const { protocol, hostname, port } = url;
  const usualPort = protocol === "https:" ? 443 : 80;
  return {
    // Only URLs put an IPv6 address in brackets.
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? usualPort : Number(port),
    ...(isHostGuessed && { lookup: lookUpLoopback, autoSelectFamily: true }),
  };
}

/** With family selection, Node.js requests all addresses. */
const lookUpLoopback: LookupFunction = (_hostname, _options, callback) => {
  process.nextTick(callback, null, LOOPBACK);
};

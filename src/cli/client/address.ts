import type { LookupFunction } from "node:net";
import type { ServiceUrl } from "./service-url.ts";

/** Where to connect to over TCP, for `node:http` and `node:net`. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly lookup?: LookupFunction;
  readonly autoSelectFamily?: boolean;
}

/** A service of this machine may listen on either. */
const LOOPBACK = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/** A guessed host never leaves this machine, whatever its resolver says that `localhost` is. */
export function toAddress({ url, isHostGuessed }: ServiceUrl): Address {
  const { protocol, hostname, port } = url;
  const usualPort = protocol === "https:" ? 443 : 80;
  return {
    // An IPv6 address has brackets in URLs only.
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? usualPort : Number(port),
    ...(isHostGuessed && { lookup: lookUpLoopback, autoSelectFamily: true }),
  };
}

/** Selecting a family asks for all addresses. */
const lookUpLoopback: LookupFunction = (_hostname, _options, callback) => {
  process.nextTick(callback, null, LOOPBACK);
};

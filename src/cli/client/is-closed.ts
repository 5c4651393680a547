import { connect } from "node:net";
import { toAddress } from "./address.ts";
import type { ServiceUrl } from "./service-url.ts";

/** Nobody listens on the port, and there is no such socket. */
const CLOSED: readonly unknown[] = ["ECONNREFUSED", "ENOENT"];

/** This machine has no such address, as where IPv6 is switched off. */
const UNAVAILABLE: readonly unknown[] = ["EADDRNOTAVAIL", "EAFNOSUPPORT"];

/** Whether a service refuses connections. Whatever else goes wrong may be the way there, and is no. */
export function isClosed(service: ServiceUrl, signal: AbortSignal): Promise<boolean> {
  const { socketPath } = service;
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath === undefined ? toAddress(service) : { path: socketPath });

    function end(settle: () => void): void {
      signal.removeEventListener("abort", abort);
      socket.destroy();
      settle();
    }

    function abort(): void {
      end(() => reject(signal.reason));
    }

    signal.addEventListener("abort", abort);
    socket.once("connect", () => end(() => resolve(false)));
    socket.once("error", (error) => end(() => resolve(isRefusal(error))));
  });
}

/** A name may have several addresses: one refuses, and all others do, or are not there. */
export function isRefusal(error: Error): boolean {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const codes = errors.map((each) => (each as { code?: unknown }).code);
  return (
    codes.some((code) => CLOSED.includes(code)) &&
    codes.every((code) => CLOSED.includes(code) || UNAVAILABLE.includes(code))
  );
}

import { connect } from "node:net";
import { toAddress } from "./address.ts";
import type { ServiceUrl } from "./service-url.ts";

/** The port has no listener, or the socket does not exist. */
const CLOSED: readonly unknown[] = ["ECONNREFUSED", "ENOENT"];

/** This machine has no such address, for example if IPv6 is disabled. */
const UNAVAILABLE: readonly unknown[] = ["EADDRNOTAVAIL", "EAFNOSUPPORT"];

/** Whether a service refuses connections. Any other error may come from the network, and returns false. */
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

/** A name may have several addresses. At least one must refuse; all others must refuse too or not exist. */
export function isRefusal(error: Error): boolean {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const codes = errors.map((each) => (each as { code?: unknown }).code);
  return (
    codes.some((code) => CLOSED.includes(code)) &&
    codes.every((code) => CLOSED.includes(code) || UNAVAILABLE.includes(code))
  );
}

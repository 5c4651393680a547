import { connect } from "node:net";
import { type ServiceUrl, toAddress } from "./service-url.ts";

/** Nobody listens on the port, and there is no such socket. */
const CLOSED: readonly unknown[] = ["ECONNREFUSED", "ENOENT"];

/** Whether a service refuses connections. Whatever else goes wrong may be the way there, and is no. */
export function isClosed({ url, socketPath }: ServiceUrl, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath === undefined ? toAddress(url) : { path: socketPath });

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

/** A name may have several addresses, and all must refuse. */
function isRefusal(error: Error): boolean {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return errors.every((each) => CLOSED.includes((each as { code?: unknown }).code));
}

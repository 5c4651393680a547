import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describeError } from "../../util/describe-error.ts";
import { CliError } from "../cli-error.ts";
import { toCommandLine } from "../shell-quote.ts";
import { expectSocketPath } from "../socket-path.ts";
import type { ServeConfig } from "./config.ts";

/** Where to listen. */
export type ListenAddress = { readonly socket: string } | { readonly host: string; readonly port: number };

const DEFAULT_PORT = 8_080;
const DEFAULT_HOST = "127.0.0.1";

type Place = Partial<Record<keyof Pick<ServeConfig, "port" | "host" | "socket">, unknown>>;

/**
 * The command line takes precedence over the file.
 *
 * @throws CliError if its options contradict each other.
 */
export function toListenAddress(flags: Place, config: Place): ListenAddress {
  const isPortGiven = flags.port !== undefined || flags.host !== undefined;
  if (flags.socket !== undefined && isPortGiven)
    throw new CliError("--socket cannot be combined with --host and --port. Use one or the other");
  const socket = flags.socket ?? (isPortGiven ? undefined : config.socket);
  if (socket !== undefined) return { socket: expectSocketPath(String(socket)) };
  return {
    host: String(flags.host ?? config.host ?? DEFAULT_HOST),
    port: Number(flags.port ?? config.port ?? DEFAULT_PORT),
  };
}

/** @throws CliError that says why the server cannot listen there. */
export function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    function fail(error: NodeJS.ErrnoException): void {
      const where = "socket" in address ? address.socket : `port ${address.port} of ${address.host}`;
      const reasons = "socket" in address ? SOCKET_REASONS : REASONS;
      const why = reasons[error.code ?? ""] ?? describeError(error);
      reject(new CliError(`cannot listen on ${where}: ${why}`, { cause: error }));
    }
    server.once("error", fail);
    server.listen("socket" in address ? { path: address.socket } : address, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

const SOCKET_REASONS: Readonly<Record<string, string>> = {
  // A killed process leaves its socket file behind. Until it is removed, no server can listen there.
  EADDRINUSE: "it is in use, or was left behind: remove it, or choose another one with --socket",
  // Node.js reports both with the same code.
  EACCES: "no permission, or no such folder. Choose another one with --socket",
};

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "it is in use. Choose another one with --port",
  EACCES: "no permission. Choose another one with --port or --socket",
  EADDRNOTAVAIL: "this machine does not have that address. Choose another one with --host",
  ENOTFOUND: "unknown host. Choose another one with --host",
};

/** `http://127.0.0.1:8080/svc_status`. For a socket, the host has no meaning. */
function toUrl(server: Server, address: ListenAddress, path: string): string {
  if ("socket" in address) return `http://localhost${path}`;
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `http://${host}:${port}${path}`;
}

/** The address of the server, for a log line. */
export function describeAddress(server: Server, address: ListenAddress): string {
  return "socket" in address ? address.socket : toUrl(server, address, "");
}

/** The shell command that requests a path of the server. */
export function toCurl(server: Server, address: ListenAddress, path: string): string {
  const socket = "socket" in address ? ["--unix-socket", address.socket] : [];
  return toCommandLine(["curl", ...socket, toUrl(server, address, path)]);
}

import type { Server as HttpServer } from "node:http";
import type { Http2SecureServer, Http2Server } from "node:http2";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** A server of `@grpc/grpc-js`: the methods that a drain calls. */
export interface GrpcServer {
  tryShutdown(callback: (error?: Error) => void): void;
  forceShutdown(): void;
}

export type NodeServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** A server to drain. Pass the Node.js server, not the framework's application. */
export type DrainableServer = NodeServer | GrpcServer;

export function isGrpc(server: object): server is GrpcServer {
  return isObjectWith(server, ["tryShutdown", "forceShutdown"]);
}

/** A framework's application object may have `close` too, but it is not a server. */
export function isNodeServer(server: unknown): boolean {
  return isObjectWith(server, ["close", "on", "address"]);
}

function isObjectWith(value: unknown, methods: readonly string[]): boolean {
  const object = (value ?? {}) as Readonly<Record<string, unknown>>;
  return methods.every((method) => typeof object[method] === "function");
}

export function isHttp2(server: NodeServer): boolean {
  return "updateSettings" in server;
}

export function isSecure(server: NodeServer): boolean {
  return "setSecureContext" in server;
}

/** Each TLS connection has an underlying plain socket, which carries no HTTP requests itself. */
export function speaksHttp1(server: NodeServer, socket: Socket | TLSSocket): boolean {
  const isEncrypted = "encrypted" in socket;
  if (isSecure(server) && !isEncrypted) return false;
  return !isHttp2(server) || (isEncrypted && socket.alpnProtocol !== "h2");
}

import type { Server as HttpServer } from "node:http";
import type { Http2SecureServer, Http2Server } from "node:http2";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** A server to drain. Pass the Node.js server, not the framework's application. */
export type DrainableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

export function isHttp2(server: DrainableServer): boolean {
  return "updateSettings" in server;
}

export function isSecure(server: DrainableServer): boolean {
  return "setSecureContext" in server;
}

/** Each TLS connection has an underlying plain socket, which carries no HTTP requests itself. */
export function speaksHttp1(server: DrainableServer, socket: Socket | TLSSocket): boolean {
  const isEncrypted = "encrypted" in socket;
  if (isSecure(server) && !isEncrypted) return false;
  return !isHttp2(server) || (isEncrypted && socket.alpnProtocol !== "h2");
}

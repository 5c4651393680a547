import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { isGrpc, isNodeServer, type NodeServer, speaksHttp1 } from "../../src/drain/server-kind.ts";

const METHODS = { close() {}, on() {}, address() {} };

describe("a server", () => {
  test("of Node.js has all of its methods", () => {
    expect(isNodeServer(METHODS)).toBe(true);
    expect(isNodeServer({ ...METHODS, address: undefined })).toBe(false);
    for (const other of [undefined, null, 8080, { close() {} }]) expect(isNodeServer(other)).toBe(false);
  });

  test("of gRPC has both of its methods", () => {
    expect(isGrpc({ tryShutdown() {}, forceShutdown() {} })).toBe(true);
    expect(isGrpc({ tryShutdown() {} })).toBe(false);
  });
});

describe("a connection speaks HTTP/1", () => {
  const PLAIN = {} as Socket;
  const TLS_1 = { encrypted: true, alpnProtocol: "http/1.1" } as unknown as Socket;
  const TLS_2 = { encrypted: true, alpnProtocol: "h2" } as unknown as Socket;

  test.each([
    ["http", {}, [true, true, true]],
    ["https", { setSecureContext() {} }, [false, true, true]],
    ["http2 without TLS", { updateSettings() {} }, [false, true, false]],
    ["http2", { updateSettings() {}, setSecureContext() {} }, [false, true, false]],
  ])("of a server of %s: plain, TLS, TLS with h2", (_, server, expected) => {
    const speaks = [PLAIN, TLS_1, TLS_2].map((socket) => speaksHttp1(server as NodeServer, socket));
    expect(speaks).toEqual(expected);
  });
});

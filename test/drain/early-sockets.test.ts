import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { findSockets } from "../../src/drain/early-sockets.ts";

/** A server with a connection. */
async function createSubject() {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const accepted = once(server, "connection");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [socket] = (await accepted) as [Socket];
  onTestFinished(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });
  return { server, socket, client };
}

describe("the connections of a server from before it was watched", () => {
  test("are those of this server only, without the clients and the listeners of the process", async () => {
    const one = await createSubject();
    const other = await createSubject();
    expect(findSockets(one.server)).toEqual([one.socket]);
    expect(findSockets(other.server)).toEqual([other.socket]);
  });

  test("are unknown in a runtime without a list of handles", () => {
    vi.stubGlobal("process", {});
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(findSockets({})).toEqual([]);
  });

  test("do not include other handles that name the server", () => {
    const server = {};
    const getHandles = function (this: unknown) {
      return this === process ? [{ server }] : expect.unreachable("it belongs to the process");
    };
    vi.stubGlobal("process", { _getActiveHandles: getHandles });
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(findSockets(server)).toEqual([]);
  });
});

import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { createListening } from "../../src/drain/listening.ts";

function createSubject() {
  const server = new EventEmitter();
  const calls: string[] = [];
  const call = (name: string) => () => void calls.push(name);
  return { server, calls, call, listening: createListening(server) };
}

describe("the listeners of a drain", () => {
  test("are called before those of the application, once for each event", () => {
    const { server, calls, call, listening } = createSubject();
    server.on("request", call("application"));
    listening.listen("request", call("drain"));
    listening.listen("request", call("again"));
    server.emit("request");
    expect(calls).toEqual(["drain", "application"]);
  });

  test("join the application's only, because Node.js answers an upgrade itself if nobody listens", () => {
    const { server, calls, call, listening } = createSubject();
    expect(listening.joinIn("upgrade", call("drain"))).toBe(false);
    expect(server.listenerCount("upgrade")).toBe(0);
    server.on("upgrade", call("application"));
    expect(listening.joinIn("upgrade", call("drain"))).toBe(true);
    expect(listening.joinIn("upgrade", call("again"))).toBe(true);
    server.emit("upgrade");
    expect(calls).toEqual(["drain", "application"]);
  });

  test("are all removed at the end, and can be added again", () => {
    const { server, calls, call, listening } = createSubject();
    listening.listen("request", call("request"));
    listening.listen("connection", call("connection"));
    listening.stop();
    expect(server.eventNames()).toEqual([]);
    listening.listen("request", call("later"));
    server.emit("request");
    expect(calls).toEqual(["later"]);
  });
});

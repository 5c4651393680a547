import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { endConnectionWith } from "../../src/drain/last-answer.ts";
import { getSentHeader } from "../../src/drain/streams/endless.ts";

/** A response to HTTP/1.1 that is the last one of its connection, unless said otherwise. */
function createResponse(isLast: () => boolean = () => true): ServerResponse {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { httpVersion: "1.1", httpVersionMajor: 1, httpVersionMinor: 1 });
  const response = new ServerResponse(request);
  endConnectionWith(response, isLast);
  return response;
}

describe("the last response of a connection", () => {
  test.each<[how: string, (response: ServerResponse) => void]>([
    ["sets no header", (response) => void response.end("x")],
    ["calls writeHead", (response) => void response.writeHead(200).end("x")],
    ["sets keep-alive", (response) => void response.setHeader("Connection", "keep-alive").end("x")],
    ["passes keep-alive", (response) => void response.writeHead(200, { connection: "keep-alive" }).end("x")],
    ["passes a reason too", (response) => void response.writeHead(200, "Fine", { Connection: "keep-alive" })],
    ["passes null", (response) => void response.writeHead(200, null as never)],
    ["passes a list", (response) => void response.writeHead(200, ["X-A", "b", "Connection", "keep-alive"])],
  ])("ends it, also if the application %s", (_, answer) => {
    const response = createResponse();
    answer(response);
    response.flushHeaders();
    expect(getSentHeader(response, "connection")).toBe("close");
    expect(response.shouldKeepAlive).toBe(false);
  });

  test("keeps the other headers and the reason", () => {
    const response = createResponse();
    response.writeHead(200, "Fine", { "X-A": "connection", Connection: "keep-alive" });
    expect(response.statusMessage).toBe("Fine");
    expect(getSentHeader(response, "x-a")).toBe("connection");
    const listed = createResponse();
    listed.writeHead(200, ["X-A", "connection", "Connection", "keep-alive", "X-B", "c"]);
    expect(getSentHeader(listed, "x-a")).toBe("connection");
    expect(getSentHeader(listed, "x-b")).toBe("c");
  });

  test("is known only when the headers are written", () => {
    let isLast = false;
    const response = createResponse(() => isLast);
    isLast = true;
    response.writeHead(200);
    expect(getSentHeader(response, "connection")).toBe("close");
  });

  test.each<[what: string, isLast: boolean, status: number]>([
    ["that is not the last", false, 200],
    ["that switches protocols", true, 101],
  ])("a response %s stays as it is", (_, isLast, status) => {
    const response = createResponse(() => isLast);
    response.writeHead(status, { Connection: "Upgrade" });
    expect(getSentHeader(response, "connection")).toBe("Upgrade");
  });

  test("a response whose headers are sent stays as it is", () => {
    const response = createResponse(() => false);
    response.flushHeaders();
    const { writeHead } = response;
    endConnectionWith(response, () => true);
    expect(response.writeHead).toBe(writeHead);
  });
});

import { createServer, type Server, type Socket } from "node:net";

/** A server that speaks enough of PostgreSQL's protocol for `pg`: it answers each query with the row { greeting: "hello", one: 1 }. */
export async function startAnsweringPostgres(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}).once("close", () => void sockets.delete(socket)));
    serve(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `postgres://me@127.0.0.1:${port}/app`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

const READY = message("Z", "I");
const AUTHENTICATED = message("R", int32(0));
const TEXT = 25;
const INT4 = 23;
const ROW = [
  message("T", int16(2), column("greeting", TEXT), column("one", INT4)),
  message("D", int16(2), int32(5), "hello", int32(1), "1"),
  message("C", "SELECT 1\0"),
];

/** The first message has no type; then a `Q` is a query and an `X` is the end. */
function serve(socket: Socket): void {
  let unread = Buffer.alloc(0);
  let isStarted = false;
  socket.on("data", (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    for (;;) {
      const typeBytes = isStarted ? 1 : 0;
      if (unread.length < typeBytes + 4) return;
      const end = typeBytes + unread.readInt32BE(typeBytes);
      if (unread.length < end) return;
      const type = isStarted ? unread.toString("latin1", 0, 1) : undefined;
      unread = unread.subarray(end);
      if (type === undefined) socket.write(Buffer.concat([AUTHENTICATED, READY]));
      if (type === "Q") socket.write(Buffer.concat([...ROW, READY]));
      if (type === "X") socket.end();
      isStarted = true;
    }
  });
}

function message(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

/** Of no table, of any size, in text format. */
function column(name: string, type: number): Buffer {
  const parts = [Buffer.from(`${name}\0`), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(0)];
  return Buffer.concat(parts);
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

// A load generator over persistent connections, in a separate process from the server. It reads only the
// length of a response, so that two cores are enough for both.
import { once } from "node:events";
import { connect } from "node:net";

const CONNECTIONS = 50;
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const END_OF_HEAD = "\r\n\r\n";
const END_OF_CHUNKS = "\r\n0\r\n\r\n";

/**
 * Sends for a period. Each connection sends the next request after the last response. Throws if a status is
 * not 200, because rejecting requests is fast.
 */
export async function sendFor(server, durationMs, connections = CONNECTIONS) {
  const startedAt = performance.now();
  return sendWhile(server, connections, () => performance.now() - startedAt < durationMs);
}

/** The same with a fixed number of requests. */
export async function sendRequests(server, count) {
  let left = count;
  return sendWhile(server, CONNECTIONS, () => {
    left -= 1;
    return left >= 0;
  });
}

async function sendWhile({ port, path }, connections, wantsMore) {
  const clients = await Promise.all(Array.from({ length: connections }, () => createClient(port, path)));
  const startedAt = performance.now();
  let requests = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (wantsMore()) {
        await client.send();
        requests += 1;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const client of clients) client.close();
  return { requests, seconds };
}

/**
 * Sends at a fixed rate whether or not responses arrive, like many clients. A response time counts from the
 * moment at which the request was due, so that a stalled server does not get fewer requests.
 */
export async function sendAtRate({ port, path }, perSecond, seconds) {
  const idle = await Promise.all(Array.from({ length: CONNECTIONS }, () => createClient(port, path)));
  const clients = [...idle];
  const due = [];
  const tookMs = [];
  const startedAt = performance.now();
  let planned = 0;

  async function work(client) {
    for (let dueAt = due.shift(); dueAt !== undefined; dueAt = due.shift()) {
      await client.send();
      tookMs.push(performance.now() - dueAt);
    }
    idle.push(client);
  }

  const total = perSecond * seconds;
  while (tookMs.length < total) {
    const now = performance.now();
    for (; planned < total && startedAt + (planned * 1_000) / perSecond <= now; planned += 1)
      due.push(startedAt + (planned * 1_000) / perSecond);
    while (due.length > 0 && idle.length > 0) void work(idle.pop());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  for (const client of clients) client.close();
  return { tookMs };
}

async function createClient(port, path) {
  const socket = connect(port, "127.0.0.1").setNoDelay().setEncoding("latin1");
  await once(socket, "connect");
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\n\r\n`;
  let received = "";
  let settle;

  socket.on("data", (text) => {
    received += text;
    if (!isComplete(received)) return;
    const answer = received;
    received = "";
    if (answer.startsWith("HTTP/1.1 200")) settle.resolve();
    else settle.reject(new Error(`${path} was answered with ${answer.slice(0, 200)}`));
  });
  for (const event of ["error", "close"])
    socket.on(event, () => settle?.reject(new Error(`${path}: the connection was lost`)));

  return {
    send() {
      return new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      });
    },
    close() {
      socket.destroy();
    },
  };
}

function isComplete(text) {
  const headLength = text.indexOf(END_OF_HEAD);
  if (headLength === -1) return false;
  const length = CONTENT_LENGTH.exec(text.slice(0, headLength))?.[1];
  if (length === undefined) return text.endsWith(END_OF_CHUNKS);
  return text.length >= headLength + END_OF_HEAD.length + Number(length);
}

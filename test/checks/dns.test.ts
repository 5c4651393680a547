import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { dns } from "../../src/checks/dns.ts";
import { describeCheck, type Unanswered } from "../contract/check.ts";
import { UNRESOLVABLE_HOST } from "../support/listen.ts";

/** A DNS server that answers each question for an A record with 192.0.2.7, or not at all. */
async function serve(
  answers: boolean,
): Promise<{ servers: string[]; asked: Promise<unknown>; close(): void }> {
  const socket = createSocket("udp4");
  socket.on("message", (question: Buffer, { address, port }: RemoteInfo) => {
    if (answers) socket.send(toAnswer(question), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const close = (): void => void socket.close();
  return { servers: [`127.0.0.1:${socket.address().port}`], asked: once(socket, "message"), close };
}

function toAnswer(question: Buffer): Buffer {
  const end = question.indexOf(0, 12) + 5; // behind the name: its type and its class
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2); // an answer, without error
  header.writeUInt16BE(1, 6); // one record
  header.writeUInt16BE(0, 10); // nothing further
  const record = Buffer.from("c00c00010001000000050004c0000207", "hex");
  return Buffer.concat([header, question.subarray(12, end), record]);
}

describeCheck({
  name: "dns",
  well: () => ({ handler: dns("localhost") }),
  broken: {
    "DNS: getaddrinfo": () => ({ handler: dns(UNRESOLVABLE_HOST) }),
    "wrong answer: 192.0.2.8 missing in 192.0.2.7": async () => {
      const { servers, close } = await serve(true);
      return { handler: dns("db.example", { recordType: "A", servers, expected: ["192.0.2.8"] }), close };
    },
    "1 found, answered in": async () => {
      const { servers, close } = await serve(true);
      return { handler: dns("db.example", { recordType: "A", servers, maxLatencyMs: 0 }), close };
    },
  },
  worrying: {
    "(YELLOW from 0.0 ms)": async () => {
      const { servers, close } = await serve(true);
      const expected = ["192.0.2.7"];
      return { handler: dns("db.example", { recordType: "A", servers, expected, warnLatencyMs: 0 }), close };
    },
  },
  async unanswered(): Promise<Unanswered> {
    const { servers, asked, close } = await serve(false);
    return { handler: dns("db.example", { recordType: "A", servers }), asked, close };
  },
  mistakes: {
    "name: expected a host": () => dns(""),
    "recordType: expected one of A, AAAA": () => dns("localhost", { recordType: "ANY" as "A" }),
    "servers: expected recordType too": () => dns("localhost", { servers: ["127.0.0.1"] }),
    "Invalid IP address": () => dns("localhost", { recordType: "A", servers: ["dns.example"] }),
    "expected: expected an array of strings": () => dns("localhost", { expected: [] }),
  },
});

// A real server of one kind, in a process of its own, so that it can be stopped in the middle: service.mjs <kind> <port>
import { createServer as createHttpServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Server as GrpcServer, ServerCredentials } from "@grpc/grpc-js";
import { SMTPServer } from "smtp-server";

const [kind, port] = [process.argv[2], Number(process.argv[3])];
const { SERVICE_KEY: key, SERVICE_CERT: cert, SERVICE_PASSWORD: password } = process.env;

const starts = {
  http: () =>
    createHttpServer((_request, response) => response.end('{"Database":{"state":"OK"}}')).listen(
      port,
      "127.0.0.1",
    ),
  tcp: () => createTcpServer((socket) => socket.resume().on("error", () => {})).listen(port, "127.0.0.1"),
  tls: () =>
    createTlsServer({ key, cert }, (socket) => socket.resume().on("error", () => {}))
      .on("tlsClientError", () => {})
      .listen(port, "127.0.0.1"),
  smtp: () =>
    new SMTPServer({
      disabledCommands: ["STARTTLS"],
      onAuth: (auth, _session, callback) =>
        auth.password === password ? callback(null, { user: auth.username }) : callback(new Error("no")),
    })
      .on("error", () => {})
      .listen(port, "127.0.0.1"),
  grpc() {
    const server = new GrpcServer();
    const health = {
      path: "/grpc.health.v1.Health/Check",
      requestStream: false,
      responseStream: false,
      requestSerialize: () => Buffer.alloc(0),
      requestDeserialize: (bytes) => ({ bytes }),
      responseSerialize: (value) => Buffer.from([0x08, value]),
      responseDeserialize: (bytes) => bytes[1],
    };
    server.addService({ check: health }, { check: (_call, callback) => callback(null, 1) });
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error) => {
      if (error) throw error;
    });
  },
};

starts[kind]();

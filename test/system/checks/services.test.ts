import { Client, credentials } from "@grpc/grpc-js";
import { createTransport } from "nodemailer";
import { describe } from "vitest";
import { grpc } from "../../../src/checks/grpc.ts";
import { http } from "../../../src/checks/http.ts";
import { smtp } from "../../../src/checks/smtp.ts";
import { tlsCertificate } from "../../../src/checks/tls-certificate.ts";
import { describeRealServer } from "../../contract/real-server.ts";
import { createCertificate } from "../../support/certificate.ts";
import { countConnections } from "../../support/count-connections.ts";
import { PASSWORD, startService, USER } from "../../support/servers.ts";

const DAY_MS = 86_400_000;
const notBefore = new Date(Date.now() - DAY_MS);
const { key, cert } = createCertificate({
  commonName: "localhost",
  notBefore,
  notAfter: new Date(Date.now() + 90 * DAY_MS),
});

describe("grpc, with a real @grpc/grpc-js server", () => {
  describeRealServer({
    start: () => startService("grpc"),
    clients: {
      "@grpc/grpc-js"(port) {
        const reconnect = { "grpc.initial_reconnect_backoff_ms": 100, "grpc.max_reconnect_backoff_ms": 200 };
        const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), reconnect);
        return { handler: grpc(client), close: () => client.close() };
      },
    },
    countConnections: async (port) => countConnections(port),
  });
});

describe("smtp, with a real mail server", () => {
  describeRealServer({
    start: () => startService("smtp", { SERVICE_PASSWORD: PASSWORD }),
    clients: {
      nodemailer(port, pass) {
        const transporter = createTransport({ host: "127.0.0.1", port, auth: { user: USER, pass } });
        return { handler: smtp(transporter), close: () => transporter.close() };
      },
    },
    countConnections: async (port) => countConnections(port),
    wrongPassword: /^authentication: Invalid login: 535/,
    sideBySide: 10, // one after the other takes a minute
  });
});

describe("tlsCertificate, with a real TLS server", () => {
  describeRealServer({
    start: () => startService("tls", { SERVICE_KEY: key, SERVICE_CERT: cert }),
    clients: {
      "node:tls": (port) => ({
        handler: tlsCertificate("127.0.0.1", { port, ca: cert, servername: "localhost" }),
        close() {},
      }),
    },
    countConnections: async (port) => countConnections(port),
  });
});

describe("http, with a real HTTP server", () => {
  describeRealServer({
    start: () => startService("http"),
    clients: {
      fetch: (port) => ({
        handler: http(`http://127.0.0.1:${port}/svc_status.json`, { report: "svc-status" }),
        close() {},
      }),
    },
    countConnections: async (port) => countConnections(port),
  });
});

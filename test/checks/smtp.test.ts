import { createServer } from "node:net";
import { createTransport } from "nodemailer";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { type SmtpTransporter, smtp } from "../../src/checks/smtp.ts";
import { type Asked, describeCheck, SECRET } from "../contract/check.ts";
import { findFreePort } from "../support/free-port.ts";
import { listen } from "../support/listen.ts";
import { hang } from "./support/clients.ts";

/** A real mail server that knows one user. */
async function serve(pass: string, options?: SMTPServerOptions): Promise<Asked> {
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    onAuth: (auth, _session, callback) =>
      auth.password === "right"
        ? callback(null, { user: auth.username })
        : callback(new Error(`no, password=${auth.password}`)),
    ...options,
  });
  const { port, close } = await listen(server.server);
  const transporter = createTransport({ host: "127.0.0.1", port, auth: { user: "me", pass } });
  return { handler: smtp(transporter), close };
}

describeCheck({
  name: "smtp",
  well: () => serve("right"),
  broken: {
    "authentication: Invalid login": () => serve(SECRET),
    "refused: connect ECONNREFUSED": async () => ({
      handler: smtp(
        createTransport({
          host: "127.0.0.1",
          port: await findFreePort(),
          auth: { user: "me", pass: SECRET },
        }),
      ),
    }),
    "closed: ": async () => {
      const { port, close } = await listen(createServer((socket) => socket.destroy()));
      return { handler: smtp(createTransport({ host: "127.0.0.1", port })), close };
    },
    "TLS: ": async () => {
      const { port, close } = await listen(createServer((socket) => socket.resume().end("220 plain\r\n")));
      return { handler: smtp(createTransport({ host: "127.0.0.1", port, secure: true })), close };
    },
    "wrong answer: the server was not verified": () => ({ handler: smtp({ verify: async () => false }) }),
  },
  unanswered: () => hang(true, (verify) => smtp({ verify })),
  mistakes: {
    "transporter: expected an object with verify()": () => smtp({} as SmtpTransporter),
  },
});

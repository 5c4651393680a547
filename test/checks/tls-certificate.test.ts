import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { expect, test } from "vitest";
import { tlsCertificate } from "../../src/checks/tls-certificate.ts";
import { type Asked, ask, describeCheck, SECRET } from "../contract/check.ts";
import { type Certificate, createCertificate } from "../support/certificate.ts";
import { findFreePort } from "../support/free-port.ts";
import { listen } from "../support/listen.ts";

const DAY_MS = 86_400_000;
const root = certify("Test Root", 1_000);

function certify(commonName: string, days: number, issuer?: Certificate): Certificate {
  const notBefore = new Date(Date.now() - 30 * DAY_MS);
  const notAfter = new Date(Date.now() + days * DAY_MS + 60_000);
  return createCertificate({ commonName, notBefore, notAfter, ...(issuer && { issuer }) });
}

/** A real TLS server whose certificate is valid for so many days. */
async function serve(
  days: number,
  options?: object,
  chain = certify("localhost", days, root),
): Promise<Asked> {
  const { port, close } = await listen(createTlsServer({ key: chain.key, cert: chain.cert }));
  return {
    handler: tlsCertificate("127.0.0.1", { port, ca: root.cert, servername: "localhost", ...options }),
    close,
  };
}

describeCheck({
  name: "tlsCertificate",
  well: () => serve(90),
  broken: {
    "certificate of localhost, days left: 3 (YELLOW below 21, RED below 7)": () => serve(3),
    "TLS: CERT_HAS_EXPIRED, certificate of localhost, days left: -2": () => serve(-2),
    "TLS: DEPTH_ZERO_SELF_SIGNED_CERT, certificate of localhost, days left: 90": () =>
      serve(90, {}, certify("localhost", 90)),
    "TLS: ": async () => {
      const server = createServer((socket) => socket.resume().end(`password=${SECRET}\r\n`));
      const { port, close } = await listen(server);
      return { handler: tlsCertificate("127.0.0.1", { port, servername: "localhost" }), close };
    },
    "refused: ": async () => ({ handler: tlsCertificate("127.0.0.1", { port: await findFreePort() }) }),
  },
  worrying: {
    "days left: 20 (YELLOW below 21, RED below 7)": () => serve(20),
    "days left: 90 (YELLOW below 100": () => serve(90, { warnDays: 100 }),
  },
  async unanswered() {
    let asked = (): void => {};
    let cancelled = (): void => {};
    const server = createServer((socket) => {
      asked();
      socket
        .resume()
        .on("error", () => {})
        .once("close", () => cancelled());
    });
    const { port, close } = await listen(server);
    return {
      handler: tlsCertificate("127.0.0.1", { port }),
      close,
      asked: new Promise<void>((resolve) => (asked = resolve)),
      cancelled: new Promise<void>((resolve) => (cancelled = resolve)),
    };
  },
  mistakes: {
    "host: expected a host": () => tlsCertificate(""),
    "port: expected an integer": () => tlsCertificate("localhost", { port: 1.5 }),
    "warnDays: expected a number": () => tlsCertificate("localhost", { warnDays: -1 }),
    "ca: expected certificates in PEM": () => tlsCertificate("localhost", { ca: SECRET }),
    'options: unknown option "days"': () => tlsCertificate("localhost", { days: 1 } as object),
  },
});

test("counts the certificate of the chain that expires first", async () => {
  const intermediate = certify("Test Intermediate", 5, root);
  const leaf = certify("localhost", 90, intermediate);
  const asked = await serve(90, {}, { ...leaf, cert: leaf.cert + intermediate.cert });
  const { status } = await ask(asked.handler);
  await asked.close?.();
  expect(status).toMatchObject({
    state: "RED",
    detail: expect.stringContaining("certificate of Test Intermediate, days left: 5"),
  });
});

test("says when the certificate is for another name", async () => {
  const asked = await serve(90, { servername: "other.example" });
  const { status } = await ask(asked.handler);
  await asked.close?.();
  expect(status).toMatchObject({
    state: "RED",
    detail: expect.stringMatching(/^TLS: .*ERR_TLS_CERT_ALTNAME_INVALID/),
  });
});

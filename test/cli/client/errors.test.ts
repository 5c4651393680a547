import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCertificate } from "../../support/certificate.ts";
import { runCli } from "../../support/cli.ts";
import { findFreePort } from "../../support/free-port.ts";
import { listen, UNRESOLVABLE_HOST } from "../../support/listen.ts";
import { startHostile } from "../service.ts";

const DAY_MS = 86_400_000;

async function listenUntilTheEnd(server: Server): Promise<string> {
  const { port, close } = await listen(server);
  onTestFinished(close);
  return `127.0.0.1:${port}`;
}

/** A server with a certificate of its own, and the file that says whom to trust. */
async function startTls(
  days: { from: number; to: number },
  commonName = "localhost",
): Promise<{ address: string; caFile: string }> {
  const certificate = createCertificate({
    commonName,
    notBefore: new Date(Date.now() + days.from * DAY_MS),
    notAfter: new Date(Date.now() + days.to * DAY_MS),
  });
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, certificate.cert);
  const { key, cert } = certificate;
  const server = createTlsServer({ key, cert }, (_request, response) => response.end('{"A":{"state":"OK"}}'));
  server.on("tlsClientError", () => {});
  return { address: `https://${await listenUntilTheEnd(server)}`, caFile };
}

async function failure(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(["show", ...args]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/^svc-status: [^\n]+\n$/);
  return stderr.slice("svc-status: ".length, -1);
}

describe("what went wrong is one line that says what to do", () => {
  test("nobody listens", async () => {
    const address = `127.0.0.1:${await findFreePort()}`;
    expect(await failure(address)).toBe(
      `no answer from http://${address}: connection refused. Is the service running?`,
    );
  });

  test("the host is not known", async () => {
    expect(await failure(UNRESOLVABLE_HOST)).toBe(
      `no answer from http://${UNRESOLVABLE_HOST}: unknown host. Is its name right?`,
    );
  });

  test("the connection is cut", async () => {
    const address = await listenUntilTheEnd(createTcpServer((socket) => socket.destroy()));
    expect(await failure(address)).toBe(
      `no answer from http://${address}: the connection was closed. Is it the right port, and http or https?`,
    );
  });

  test("the protocol is changed, which nobody asked for", async () => {
    const upgrade = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    const address = await listenUntilTheEnd(
      createTcpServer((socket) => {
        socket.on("error", () => {}).once("data", () => socket.write(upgrade));
      }),
    );
    expect(await failure(address)).toContain("the connection was closed");
  });

  test("it is cut in the middle of the answer", async () => {
    const address = await startHostile((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write('{"A":', () => response.destroy());
    });
    expect(await failure(address)).toContain("the connection was closed");
  });

  test("what comes is not HTTP", async () => {
    const address = await listenUntilTheEnd(
      createTcpServer((socket) => {
        socket.on("error", () => {}).write("220 mail.example.org ESMTP\r\n");
      }),
    );
    expect(await failure(address)).toBe(
      `no answer from http://${address}: the answer is not HTTP. Is it the right port, or https://?`,
    );
  });

  test("it does not speak TLS", async () => {
    const address = await startHostile((_request, response) => response.end("{}"));
    expect(await failure(`https://${address}`)).toBe(
      `no answer from https://${address}: it does not speak TLS. Is it http:// rather than https://?`,
    );
  });

  test.each([
    [401, "requires authentication (401). Use --header 'Authorization: …'"],
    [403, "denies access (403). Connect from an address that it allows"],
    [500, "answered 500, which is not a status. Is it the right URL?"],
    [502, "answered 502, which is not a status. Is it the right URL?"],
  ])("the answer is %d", async (status, text) => {
    const address = await startHostile((_request, response) => response.writeHead(status).end("{}"));
    expect(await failure(address)).toBe(`http://${address}/svc_status ${text}`);
  });

  test("nothing found at the path", async () => {
    const address = await startHostile((_request, response) => response.writeHead(404).end());
    expect(await failure(`${address}/other`)).toBe(
      `nothing found at http://${address}/other (404). Use the full URL if the status has another path`,
    );
  });
});

describe("a certificate", () => {
  test("that is not trusted is refused, until it is named or all are taken", async () => {
    const { address, caFile } = await startTls({ from: -1, to: 1 });
    expect(await failure(address)).toBe(
      `no answer from ${address}: its certificate is not trusted. Use --ca FILE with the certificate of its issuer, or --insecure`,
    );
    expect((await runCli(["show", address, "--ca", caFile, "-q"])).code).toBe(0);
    expect((await runCli(["show", address, "--insecure", "-q"])).code).toBe(0);
  });

  test("that has expired is refused", async () => {
    const { address, caFile } = await startTls({ from: -2, to: -1 });
    expect(await failure(address, "--ca", caFile)).toContain("its certificate has expired");
  });

  test("that is for another name is refused", async () => {
    const { address, caFile } = await startTls({ from: -1, to: 1 }, "example.org");
    const other = address.replace("127.0.0.1", "localhost");
    expect(await failure(other, "--ca", caFile)).toBe(
      `no answer from ${other}: its certificate is for another name. Use that name, or --insecure`,
    );
  });

  test("file that cannot be read, or holds none, is named", async () => {
    expect(await failure("https://localhost", "--ca", "/no/such/file")).toMatch(
      /^--ca: ENOENT: no such file/,
    );
    const { caFile } = await startTls({ from: -1, to: 1 });
    writeFileSync(caFile, "nothing");
    expect(await failure("https://localhost", "--ca", caFile)).toBe(
      `--ca: no certificate in ${caFile}. Expected PEM`,
    );
    for (const rest of ["", "garbage\n-----END CERTIFICATE-----\n"]) {
      writeFileSync(caFile, `-----BEGIN CERTIFICATE-----\n${rest}`);
      expect(await failure("https://localhost", "--ca", caFile)).toBe(
        `--ca: a certificate in ${caFile} is broken. Expected PEM`,
      );
    }
  });
});

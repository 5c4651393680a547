import { type OutgoingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";
import { toWords } from "./words.ts";

/** What came back. */
export interface Curled {
  readonly status: number;
  /** What `curl` prints, with the headers that say when and over which connection left out. */
  readonly output: string;
}

interface Call {
  readonly method: string;
  readonly port: number;
  readonly target: string;
  readonly headers: OutgoingHttpHeaders;
  readonly data: string | undefined;
  readonly shows: Shown;
}

type Shown = "body" | "head" | "head and body";

const URL_PARTS = /^http:\/\/(?:localhost|127\.0\.0\.1):(\d+)(\/.*)?$/;
const OF_THE_MOMENT = ["date", "connection", "keep-alive"];

/**
 * Carries out a command line such as `curl -i -X POST 'http://localhost:8080/probe_status?body=OFF'`, as documents
 * show it, on machines without curl too. It knows no more than these: `-s -i -I -X -H -d`, and throws for the rest.
 */
export async function curl(commandLine: string, ports: ReadonlyMap<number, number>): Promise<Curled> {
  const call = parseCommandLine(commandLine);
  const port = ports.get(call.port);
  if (port === undefined) throw new Error(`nothing listens on port ${call.port}: ${commandLine}`);
  return send(call, port);
}

function parseCommandLine(commandLine: string): Call {
  const [program, ...words] = toWords(commandLine);
  if (program !== "curl") throw new Error(`not a curl command: ${commandLine}`);
  const headers: OutgoingHttpHeaders = { "User-Agent": "curl", Accept: "*/*" };
  let method: string | undefined;
  let data: string | undefined;
  let url: string | undefined;
  let shows: Shown = "body";

  const take = (): string => {
    const word = words.shift();
    if (word === undefined) throw new Error(`something is missing at the end of: ${commandLine}`);
    return word;
  };
  const options: Readonly<Record<string, () => void>> = {
    "-s": () => {},
    "-i": () => {
      shows = "head and body";
    },
    "-I": () => {
      shows = "head";
      method ??= "HEAD";
    },
    "-X": () => {
      method = take();
    },
    "-H": () => {
      const [name = "", value = ""] = take().split(/:\s*/, 2);
      headers[name] = value;
    },
    "-d": () => {
      data = take();
    },
  };
  while (words.length > 0) {
    const word = take();
    const option = options[word];
    if (option !== undefined) option();
    else if (url === undefined && URL_PARTS.test(word)) url = word;
    else throw new Error(`cannot do ${word} of: ${commandLine}`);
  }

  const [, port, target = "/"] = URL_PARTS.exec(url ?? "") ?? [];
  if (port === undefined) throw new Error(`no URL on this machine: ${commandLine}`);
  if (data !== undefined) headers["Content-Type"] = "application/x-www-form-urlencoded";
  method ??= data === undefined ? "GET" : "POST";
  return { method, port: Number(port), target, headers, data, shows };
}

function send({ method, target, headers, data, shows }: Call, port: number): Promise<Curled> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path: target, headers, agent: false };
    const sent = request(options, async (response) => {
      const { statusCode: status = 0, statusMessage = "", rawHeaders } = response;
      const body = await text(response);
      const head = `HTTP/1.1 ${status} ${statusMessage}\n${toHeaderLines(rawHeaders)}\n`;
      const outputs: Readonly<Record<Shown, string>> = { body, head, "head and body": head + body };
      resolve({ status, output: outputs[shows] });
    });
    sent.on("error", reject).end(data);
  });
}

function toHeaderLines(rawHeaders: readonly string[]): string {
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && !OF_THE_MOMENT.includes(name.toLowerCase())
      ? `${name}: ${rawHeaders[index + 1]}\n`
      : [],
  );
  return lines.join("");
}

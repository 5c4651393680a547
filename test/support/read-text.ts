import type { StatusStream } from "../../src/http/message.ts";

/** The next piece of a stream as text; `undefined` where there is no more. */
export async function readText(stream: StatusStream): Promise<string | undefined> {
  const piece = await stream.next();
  return piece && new TextDecoder().decode(piece);
}

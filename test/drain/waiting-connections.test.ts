import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createDrain } from "../../src/drain/drain.ts";

test("a drain answers clients whose connections nobody had accepted when it closed", async () => {
  const server = createServer((_request, response) => response.end("hello\n"));
  const drain = createDrain(server, { probe: createProbe(), fixedMs: 0 });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;

  const clients = Array.from({ length: 10 }, () => connect(port, "127.0.0.1"));
  for (const client of clients) client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  // Now the kernel opens the connections, and the server has no turn to accept them.
  await new Promise((resolve) => process.nextTick(resolve));
  const drained = drain.start();

  const answers = await Promise.all(clients.map((client) => text(client)));
  expect(answers.map((answer) => answer.endsWith("hello\n"))).toEqual(clients.map(() => true));
  expect(await drained).toMatchObject({ endedBy: "fixed", requestsCut: 0 });
});

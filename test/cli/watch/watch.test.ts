import { describe, expect, test } from "vitest";
import { BIN } from "../../support/cli.ts";
import { findFreePort } from "../../support/free-port.ts";
import { startProgram } from "../../support/program.ts";
import { startService } from "../service.ts";

describe("svc-status watch, piped", () => {
  test("prints a line for each change of each service, and ends by the signal that ends it", async () => {
    const { address, registry } = await startService();
    const nobody = `127.0.0.1:${await findFreePort()}`;
    let state: "OK" | "RED" = "OK";
    registry.addStatusHandler("Database", () => ({ state, detail: state === "OK" ? "" : "lost\u001b[2J" }));
    const watch = startProgram(process.execPath, [BIN, "watch", address, nobody, "--interval", "20ms"]);
    await watch.waitForLine(/OK$/);
    await watch.waitForLine(/refused/);
    state = "RED";
    await watch.waitForLine(/ OK -> RED$/);
    watch.kill("SIGINT");
    expect(await watch.exit).toEqual({ code: null, signal: "SIGINT" });
    const lines = watch.lines.map((line) => {
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /);
      return line.slice(25);
    });
    expect(lines.filter((line) => line.includes(address))).toEqual([
      `http://${address} Database OK`,
      `http://${address} OK`,
      `http://${address} Database OK -> RED "lost"`,
      `http://${address} OK -> RED`,
    ]);
    expect(lines.filter((line) => line.includes(nobody))).toEqual([
      `http://${nobody} no answer "no answer from http://${nobody}: connection refused. Is the service running?"`,
    ]);
  });

  test("ends at once with arguments that cannot be right", async () => {
    const watch = startProgram(process.execPath, [BIN, "watch", "localhost", "ftp://x"]);
    expect(await watch.exit).toEqual({ code: 3, signal: null });
    expect(watch.lines).toEqual([expect.stringContaining("expected a URL such as")]);
  });
});

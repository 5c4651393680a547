import { appendFile, copyFile, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findFreePort } from "../support/free-port.ts";
import { ask } from "../support/http.ts";
import { findNpmProgram } from "../support/npm-program.ts";
import { startTerminal } from "../support/terminal.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/drain");

const RUNNERS: readonly (readonly [name: string, getCommand: () => Promise<string>])[] = [
  ["node --watch", async () => `${process.execPath} --watch`],
  ["tsx watch", async () => `${await findNpmProgram("tsx@4.23.15", "tsx")} watch --clear-screen=false`],
];

describe.each(RUNNERS)("%s in a terminal", (_, getCommand) => {
  test("restarts a service that has served requests without a wait, and onClose is called", async () => {
    const file = join(FOLDER, `watched-${process.pid}.mjs`);
    await copyFile(join(FOLDER, "watched.mjs"), file);
    onTestFinished(() => rm(file, { force: true }));
    const port = await findFreePort();
    const runner = await getCommand();
    const terminal = await startTerminal(`${runner} ${file} ${port}`, { rows: 40 });
    await terminal.waitFor(/listening in \d+/);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    for (let count = 0; count < 40; count += 1)
      expect(await ask(port, "/", { agent })).toMatchObject({ body: "hello\n" });
    await appendFile(file, "// changed\n");
    const screen = await terminal.waitFor(/left in \d+ ms/);
    expect(screen).toContain("closed");
    expect(screen).not.toMatch(/kill/i);
    expect(Number(/left in (\d+) ms/.exec(screen)?.[1])).toBeLessThan(400);
    await expect.poll(() => ask(port, "/").then(({ body }) => body, String)).toBe("hello\n");
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { loadConfig, MAX_LOAD_MS } from "../../../src/cli/serve/load-config.ts";
import { runCli } from "../../support/cli.ts";

function writeModule(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "status.mjs");
  writeFileSync(file, source);
  return file;
}

test("a module that never finishes is a mistake, and holds up nothing for ever", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const loading = loadConfig(writeModule("await new Promise(() => {});"));
  while (vi.getTimerCount() === 0) await turn();
  vi.advanceTimersByTime(MAX_LOAD_MS);
  expect(await loading).toEqual({
    mistakes: [{ path: "", text: "cannot be loaded: it has not finished within 30s" }],
  });
});

test("a module leaves no timer behind", async () => {
  const { code, stderr } = await runCli(["serve", "--config", writeModule("export default 1;")]);
  expect(stderr).toMatch(/: expected an object, got 1\n$/);
  expect(code).toBe(3);
});

test("what was found before a configuration throws is told", async () => {
  const file = writeModule(
    "let looks = 0; export default { port: 'x', get checks() { looks += 1; if (looks > 1) throw new Error('late'); return []; } };",
  );
  const { code, stderr } = await runCli(["serve", "--config", file]);
  expect(stderr).toContain(`${file}: port: expected `);
  expect(stderr).not.toContain("internal error");
  expect(code).toBe(3);
});

test.each([
  "export default { get port() { throw new Error('x'); } };",
  "export default new Proxy({}, { ownKeys() { throw new Error('x'); } });",
])("a configuration that throws when it is looked at is a mistake: %s", async (source) => {
  const file = writeModule(source);
  expect(await runCli(["serve", "--config", file])).toEqual({
    code: 3,
    stdout: "",
    stderr: `${file}: cannot be read: x\n`,
  });
});

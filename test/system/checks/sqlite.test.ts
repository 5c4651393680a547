import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { nodeOfMajor } from "../../support/node-versions.ts";
import { run } from "../../support/run.ts";

/** Runs in a Node.js that has node:sqlite and reads TypeScript. */
const PROGRAM = `
import { writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { sqlite } from ${JSON.stringify(new URL("../../../src/checks/sqlite.ts", import.meta.url))};

const context = { name: "Database", signal: new AbortController().signal };
const database = new DatabaseSync("notes.db");
const ask = sqlite(database, { quickCheck: true });
async function tell() {
  const { state, detail } = await ask(context);
  console.log(state, detail.replace(/answered in [\\d.]+ ms, /, ""));
}
database.exec("CREATE TABLE notes (text TEXT)");
await tell();
const other = new DatabaseSync("notes.db");
other.exec("BEGIN EXCLUSIVE");
await tell();
other.exec("ROLLBACK");
await tell();
other.close();
writeFileSync("notes.db", "no database any more, and long enough to be looked at".repeat(200));
await tell();
database.close();
await tell();
`;

test("sqlite, with a real node:sqlite: well, locked, well, damaged, closed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await writeFile(join(folder, "program.mjs"), PROGRAM);
  const { stdout, stderr } = await run(await nodeOfMajor(24), ["--no-warnings", "program.mjs"], folder);
  expect(stdout + stderr).toBe(
    [
      "OK 1 tables and indices",
      "RED failed: database is locked",
      "OK 1 tables and indices",
      "RED failed: file is not a database",
      "RED closed: database is not open",
      "",
    ].join("\n"),
  );
});

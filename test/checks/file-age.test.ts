import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type FileAgeOptions, fileAge } from "../../src/checks/file-age.ts";
import { type Asked, ask, describeCheck, SECRET } from "../contract/check.ts";

const HOUR_MS = 3_600_000;

/** A check of a file that was written so long ago. */
function write(ageMs: number, options?: Partial<FileAgeOptions>): Asked {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  const path = join(folder, "latest.dump");
  writeFileSync(path, "0123456789");
  const at = new Date(Date.now() - ageMs);
  utimesSync(path, at, at);
  return {
    handler: fileAge(path, { maxAgeMs: 2 * HOUR_MS, ...options }),
    close: () => rmSync(folder, { recursive: true }),
  };
}

describeCheck({
  name: "fileAge",
  well: () => write(HOUR_MS, { minBytes: 10 }),
  broken: {
    "written 10800.": () => write(3 * HOUR_MS),
    "written 3600.": () => write(HOUR_MS, { minBytes: 11 }),
    "failed: ENOENT": () => ({
      handler: fileAge(join(tmpdir(), `password=${SECRET}`), { maxAgeMs: HOUR_MS }),
    }),
  },
  worrying: {
    "ago (YELLOW from 1800.0 s, RED from 7200.0 s)": () => write(HOUR_MS, { warnAgeMs: HOUR_MS / 2 }),
  },
  mistakes: {
    "path: expected a non-empty string": () => fileAge("", { maxAgeMs: 1 }),
    "maxAgeMs: expected a number": () => fileAge("/backup", { maxAgeMs: 0 }),
    "minBytes: expected a number": () => fileAge("/backup", { maxAgeMs: 1, minBytes: Number.NaN }),
    'options: unknown option "maxAge"': () => fileAge("/backup", { maxAge: 1 } as object as FileAgeOptions),
  },
});

test("takes a file from the future for a new one", async () => {
  const { handler, close } = write(-HOUR_MS);
  const { status } = await ask(handler);
  close?.();
  expect(status).toMatchObject({ state: "OK", labels: { age_seconds: 0 } });
});

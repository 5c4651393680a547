import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PAGE_SCRIPT, PAGE_SCRIPT_HASH, PAGE_STYLE, PAGE_STYLE_HASH } from "../../../src/http/page/assets.ts";
import { run } from "../../support/run.ts";

const root = join(import.meta.dirname, "../../..");

const PRINT = 'import { makeAssets } from "./scripts/page-assets.mjs"; process.stdout.write(makeAssets())';

test("the texts are those of page.css and client/ as they are now; `npm run build` writes them", async () => {
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", PRINT], root);
  expect(stderr).toBe("");
  expect(readFileSync(join(root, "src/http/page/assets.ts"), "utf8")).toBe(stdout);
}, 60_000);

test.each([
  ["style", PAGE_STYLE, PAGE_STYLE_HASH],
  ["script", PAGE_SCRIPT, PAGE_SCRIPT_HASH],
])("the hash of the %s is that of its text, which cannot end its element", (element, text, hash) => {
  expect(hash).toBe(`sha256-${createHash("sha256").update(text).digest("base64")}`);
  expect(text).not.toContain(`</${element}`);
  expect(text).not.toMatch(/^(?:import|export) /m);
});

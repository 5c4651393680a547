import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../support/run.ts";

const fixtures = join(import.meta.dirname, "../fixtures");

test("the built core and views run with web globals alone, and import no node: module", async () => {
  const args = [join(fixtures, "web-world.mjs")];
  const { code, stdout, stderr } = await run(process.execPath, args, fixtures);
  expect(stdout.split("\n")).toEqual([
    "all modules",
    "Background OK -",
    "Throws RED threw",
    "Hangs RED timeout",
    "Pushed YELLOW reported",
    "Pushed YELLOW, Throws RED, Hangs RED",
    expect.stringMatching(/^200 \d+$/),
    "200 text/html; charset=utf-8",
    "false",
    "0",
    "",
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}, 60_000);

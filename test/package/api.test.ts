import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MODULE_ENTRIES } from "./entries.ts";
import { publicApi } from "./public-api.ts";

const root = join(import.meta.dirname, "../..");

describe.each(MODULE_ENTRIES)("the public API of %s", (entry, { types }) => {
  const api = publicApi(join(root, types));

  test("is the one agreed on (a wanted change: npx vitest run --project package -u)", async () => {
    const name = entry === "." ? "index" : entry.slice("./".length);
    await expect(api).toMatchFileSnapshot(`api/${name}.d.ts`);
  });

  test("says nothing by `any`", () => {
    const lines = api.replaceAll(/"[^"]*"/g, "").split("\n");
    expect(lines.filter((line) => /\bany\b/.test(line))).toEqual([]);
  });
});

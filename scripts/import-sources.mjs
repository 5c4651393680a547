import { join } from "node:path";
import { rolldown } from "rolldown";

const ENTRY = "entry";
const src = join(import.meta.dirname, "../src");

/**
 * Imports modules of src that no entry of the package exports, in one bundle: `importSources("a.ts", "b.ts")`
 * has the exports of both.
 */
export async function importSources(...files) {
  const code = files.map((file) => `export * from ${JSON.stringify(join(src, file))};`).join("\n");
  const bundle = await rolldown({
    input: ENTRY,
    platform: "node",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === ENTRY ? id : undefined),
        load: (id) => (id === ENTRY ? code : undefined),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "esm" });
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`);
}

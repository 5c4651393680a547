/** A program, to be loaded before another, that prints at its end the path of each file of the package that was loaded. */
export const TELL_LOADED: string = `
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
const { cache } = createRequire("/");
process.on("exit", () => {
  for (const path of Object.keys(cache)) {
    const [, file] = path.split("/svc-status/dist/");
    if (file !== undefined && file !== "package.json") writeSync(1, file + "\\n");
  }
});
`;

/** A program, to be loaded before another, that prints the path of each file of the package that is loaded. */
export const TELL_LOADED: string = `
import { register } from "node:module";
const hooks = \`
  import { writeSync } from "node:fs";
  export function load(url, context, nextLoad) {
    const [, file] = url.split("/svc-status/dist/");
    if (file !== undefined) writeSync(1, file + "\\\\n");
    return nextLoad(url, context);
  }
\`;
register("data:text/javascript," + encodeURIComponent(hooks));
`;

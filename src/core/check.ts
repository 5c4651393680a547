import { expectFunction } from "./expect.ts";
import type { HandlerContext, StatusFunction } from "./handler.ts";
import { OK } from "./state.ts";

/**
 * Turns "works unless it throws" into a status handler: OK when `run` returns or resolves, RED when it
 * throws or rejects. `false` counts as a failure too, because `check(() => existsSync(path))` is what
 * people write. Any other result is ignored: `fetch` resolves for a 500, so look at its `ok` yourself.
 *
 * @example
 * addStatusHandler("DatabaseConnection", check(() => pool.query("SELECT 1")));
 * @throws TypeError when `run` is not a function.
 */
export function check(run: (context: HandlerContext) => unknown): StatusFunction {
  expectFunction("check(run)", run);
  return async function checked(context) {
    if ((await run(context)) === false) throw new Error("the check returned false");
    return { state: OK };
  };
}

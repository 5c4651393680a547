import { expectFunction } from "./expect.ts";
import type { HandlerContext, StatusFunction } from "./handler.ts";
import { findRefusal } from "./refusal.ts";
import { OK } from "./state.ts";

/**
 * Turns "works unless it throws" into a status handler: OK when `run` returns or resolves, RED when it
 * throws or rejects. Results that say no are failures too: `false`, because `check(() => existsSync(path))` is what
 * people write; `{ ok: false }`, as a `Response` of `fetch` is for a 500; and `{ success: false }`. Any other result
 * is ignored, and so is the body of a `Response`.
 *
 * @example
 * addStatusHandler("DatabaseConnection", check(() => pool.query("SELECT 1")));
 * @throws TypeError when `run` is not a function.
 */
export function check(run: (context: HandlerContext) => unknown): StatusFunction {
  expectFunction("check(run)", run);
  return async function checked(context) {
    const refusal = findRefusal(await run(context));
    if (refusal !== undefined) throw new Error(`the check returned ${refusal}`);
    return { state: OK };
  };
}

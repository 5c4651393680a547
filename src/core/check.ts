import { expectFunction } from "../options/expect.ts";
import type { HandlerContext, StatusFunction } from "./handler.ts";
import { findRefusal } from "./refusal.ts";
import { OK } from "./state.ts";

/**
 * Creates a status handler from a function: OK when `run` returns or resolves, RED when it throws or rejects.
 * These results count as failures too: `false`, because people write `check(() => existsSync(path))`; `{ ok:
 * false }`, as in a `Response` of `fetch` for a 500; and `{ success: false }`. `check` ignores all other
 * results and the body of a `Response`.
 *
 * @example
 * addStatusHandler("DatabaseConnection", check(() => pool.query("SELECT 1")));
 * @throws TypeError if `run` is not a function.
 */
export function check(run: (context: HandlerContext) => unknown): StatusFunction {
  expectFunction("check(run)", run);
  return async function checked(context) {
    const refusal = findRefusal(await run(context));
    if (refusal !== undefined) throw new Error(`the check returned ${refusal}`);
    return { state: OK };
  };
}

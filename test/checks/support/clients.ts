import type { StatusHandler } from "../../../src/core/handler.ts";
import type { Unanswered } from "../../contract/check.ts";
import { createDeferred } from "../../support/deferred.ts";

/** A check over a client that cannot be told to stop: its answer comes when the test says so. */
export function hang<Answer>(
  answer: Answer,
  makeHandler: (ask: () => Promise<Answer>) => StatusHandler,
): Unanswered {
  const asked = createDeferred();
  const answered = createDeferred<Answer>();
  const handler = makeHandler(() => {
    asked.resolve();
    return answered.promise;
  });
  return { handler, asked: asked.promise, answerLate: () => answered.resolve(answer) };
}

/** What a client throws: an error with a code. */
export function createError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

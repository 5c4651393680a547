import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { log } from "../../src/util/logger.ts";

test("a message is logged at its level, with the logger as this", () => {
  const messages: string[] = [];
  const logger = {
    prefix: "status:",
    warn(message: string) {
      messages.push(`${this.prefix} ${message}`);
    },
  };
  log(logger, "warn", "slow");
  expect(messages).toEqual(["status: slow"]);
});

test("a logger that is missing, incomplete or throwing disturbs nobody", () => {
  const throwing = {
    get error(): never {
      throw new Error("closed");
    },
  };
  const rejecting = { error: runInNewContext('async () => { throw new Error("closed"); }') as () => void };
  for (const logger of [undefined, {}, { error: undefined }, throwing, rejecting]) {
    expect(() => log(logger as never, "error", "lost")).not.toThrow();
  }
});

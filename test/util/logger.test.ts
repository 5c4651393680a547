import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { log, logText, MAX_LOGGED_LENGTH } from "../../src/util/logger.ts";

test("a message is logged at its level, with the logger as this", () => {
  const messages: string[] = [];
  const logger = {
    prefix: "status:",
    warn(message: string) {
      messages.push(`${this.prefix} ${message}`);
    },
  };
  log(logger, "warn", "prober-slow", "slow");
  expect(messages).toEqual(["status: SVC028 slow"]);
});

test.each([
  ["no methods of pino", {}, ["SVC028 slow"]],
  ["child() only, as bunyan", { child() {} }, ["SVC028 slow"]],
  ["bindings() only", { bindings() {} }, ["SVC028 slow"]],
  ["child and bindings that are no functions", { child: true, bindings: {} }, ["SVC028 slow"]],
  ["child() and bindings(), as pino", { child() {}, bindings() {} }, [{ event: "prober-slow" }, "slow"]],
])("a logger with %s gets the id in its way", (_, methods, expected) => {
  const calls: unknown[][] = [];
  const logger = { ...methods, warn: (...args: unknown[]) => void calls.push(args) };
  log(logger, "warn", "prober-slow", "slow");
  expect(calls).toEqual([expected]);
});

test("a line with its id is cut at the maximum length", () => {
  const lines: string[] = [];
  log({ info: (line) => void lines.push(line) }, "info", "prober-slow", "x".repeat(MAX_LOGGED_LENGTH));
  expect(lines).toEqual([`SVC028 ${"x".repeat(MAX_LOGGED_LENGTH - 8)}…`]);
});

test("a text is logged without an id, to pino too", () => {
  const calls: unknown[][] = [];
  logText(
    { child() {}, bindings() {}, info: (...args: unknown[]) => void calls.push(args) } as never,
    "text",
  );
  expect(calls).toEqual([["text"]]);
});

test("a logger that is missing, incomplete or throwing disturbs nobody", () => {
  const throwing = {
    get error(): never {
      throw new Error("closed");
    },
  };
  const rejecting = { error: runInNewContext('async () => { throw new Error("closed"); }') as () => void };
  for (const logger of [undefined, {}, { error: undefined }, throwing, rejecting]) {
    expect(() => log(logger as never, "error", "status-request", "lost")).not.toThrow();
  }
});

import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createListeners } from "../../src/util/listeners.ts";

const failOnError = (error: unknown) => {
  throw error;
};

test("listeners are told in the order in which they were added", () => {
  const listeners = createListeners<string>(failOnError);
  const told: string[] = [];
  for (const name of ["a", "b", "c"]) listeners.add((event) => told.push(`${name} ${event}`));
  listeners.emit("now");
  expect(told).toEqual(["a now", "b now", "c now"]);
});

test("a listener that is added while others are told is told the next time", () => {
  const listeners = createListeners<string>(failOnError);
  const told: string[] = [];
  listeners.add((event) => {
    if (event === "first") listeners.add((later) => told.push(later));
  });
  listeners.emit("first");
  listeners.emit("second");
  expect(told).toEqual(["second"]);
});

test.each<[what: string, call: () => unknown]>([
  ["a promise", () => Promise.reject("no")],
  ["a promise of another realm", runInNewContext('async () => { throw "no"; }') as () => unknown],
])("what a listener that returns %s rejects with is reported", async (_, call) => {
  const errors: unknown[] = [];
  const listeners = createListeners<string>((error) => errors.push(error));
  listeners.add(call as () => void);
  listeners.emit("now");
  await expect.poll(() => errors).toEqual(["no"]);
});

test("what a listener throws is reported, and the others are told all the same", () => {
  const errors: unknown[] = [];
  const listeners = createListeners<string>((error) => errors.push(error));
  const told: string[] = [];
  listeners.add(() => {
    throw "a string";
  });
  listeners.add((event) => told.push(event));
  listeners.emit("now");
  expect(errors).toEqual(["a string"]);
  expect(told).toEqual(["now"]);
});

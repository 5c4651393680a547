import {
  expectBoolean,
  expectFunction,
  expectKnownKeys,
  expectMethods,
  expectNumber,
  expectObject,
  expectText,
  failExpectation,
} from "../../options/expect.ts";
import { hasControlCharacters } from "../../util/text.ts";
import type { Consumer } from "./consumer.ts";

const MAX_NAME_LENGTH = 200;

type Expectation = (option: string, value: unknown) => void;
type Key = "name" | "progress" | "onDecommission" | "clock" | "pauseMs" | "onError";

const EXPECTATIONS: Readonly<Record<Key, Expectation>> = {
  name: expectName,
  progress: (option, value) => expectMethods(option, value, ["done"]),
  onDecommission: expectBoolean,
  clock: (option, value) => expectMethods(option, value, ["now", "monotonicNow", "startTimer"]),
  pauseMs: (option, value) => expectNumber(option, value, { min: 0 }),
  onError: expectFunction,
};

/** Throws a TypeError for options that are not `known`, and for invalid values. Does not check `pending`. */
export function expectConsumerOptions(options: object, known: readonly (Key | "pending")[]): void {
  expectObject("options", options);
  expectKnownKeys("options", options, known);
  for (const key of known) {
    const value = (options as Record<string, unknown>)[key];
    if (key !== "pending" && value !== undefined) EXPECTATIONS[key](key, value);
  }
}

export function expectConsumers(option: string, consumers: unknown): void {
  if (!Array.isArray(consumers)) failExpectation(option, "an array of consumers", consumers);
  for (const consumer of consumers as Partial<Consumer>[]) {
    expectMethods(option, consumer, ["stop", "finish"]);
    const { name, onDecommission } = consumer;
    expectName(`${option}: name`, name);
    if (onDecommission !== undefined) expectBoolean(`${option}: onDecommission`, onDecommission);
    if (onDecommission) expectMethods(`${option}: with onDecommission`, consumer, ["resume"]);
  }
}

function expectName(option: string, name: unknown): void {
  expectText(option, name);
  if (name === "" || name.length > MAX_NAME_LENGTH || hasControlCharacters(name))
    failExpectation(option, `1 to ${MAX_NAME_LENGTH} characters without control characters`, name);
}

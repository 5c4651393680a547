import { fits } from "../../options/read.ts";
import { FLAG, line, methods } from "../../options/rules.ts";
import type { CodeShape, ListShape, OptionShapes, Shape, WithDefaults } from "../../options/shape.ts";
import type { Consumer, ConsumerOptions, ResumableOptions } from "./consumer.ts";

export const NAME: Shape = line(200);

export const CONSUMER_OPTIONS: OptionShapes<ConsumerOptions, ConsumerOptions> = {
  name: NAME,
  progress: methods("done"),
};

export const RESUMABLE_OPTIONS: OptionShapes<ResumableOptions, ResolvedResumableOptions> = {
  ...CONSUMER_OPTIONS,
  onDecommission: { ...FLAG, default: false },
};

export type ResolvedResumableOptions = WithDefaults<ResumableOptions, keyof ConsumerOptions>;

export const PENDING: CodeShape = {
  kind: "code",
  expected: "a Set of messages",
  isRight: (value) => value instanceof Set,
};

const WORKER = methods("stop", "finish");
const RESUMABLE_WORKER = methods("stop", "finish", "resume");

/** Any object, of any class, with the methods of a consumer. */
const CONSUMER: CodeShape = {
  kind: "code",
  expected: "a consumer with a name, stop() and finish(), and resume() for onDecommission",
  isRight(value) {
    const { name, onDecommission = false } = Object(value) as Partial<Consumer>;
    if (!fits(NAME, name) || !fits(FLAG, onDecommission)) return false;
    return fits(onDecommission ? RESUMABLE_WORKER : WORKER, value);
  },
};

export const CONSUMERS: ListShape = { kind: "list", items: CONSUMER, expected: "an array of consumers" };

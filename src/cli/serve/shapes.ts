import type { ChoiceShape, FlagShape, NumberShape, ObjectShape, TextShape } from "../../options/shape.ts";
import { MAX_TIMER_MS } from "../../util/clock.ts";

/** Milliseconds of a timer. */
export const DELAY_MS: NumberShape = { kind: "number", min: 0, max: MAX_TIMER_MS };

/** Milliseconds, bytes, days: any number that is not negative. */
export const AMOUNT: NumberShape = { kind: "number", min: 0, max: Number.MAX_SAFE_INTEGER };

/** A ratio. */
export const RATIO: NumberShape = { kind: "number", min: 0, max: 1 };

export const PORT: NumberShape = { kind: "number", min: 1, max: 65_535, integer: true };

export const FLAG: FlagShape = { kind: "flag" };

const CONTROL_CHARACTERS = "\\u0000-\\u001f\\u007f-\\u009f";
const NAME_OF_HOST = `[^\\s:/[\\]${CONTROL_CHARACTERS}]+`;
const IPV6 = "[\\dA-Fa-f.]*:[\\dA-Fa-f.]*:[\\dA-Fa-f:.]*";

/** A name, a path, a host. */
export const LINE: TextShape = {
  kind: "text",
  pattern: `^[^${CONTROL_CHARACTERS}]+$`,
  expected: "a non-empty string without control characters",
};

export const HOST: TextShape = {
  kind: "text",
  pattern: `^(?:${NAME_OF_HOST}|${IPV6})$`,
  expected: "a host: a name or an address, without scheme and port",
};

export const HOST_AND_PORT: TextShape = {
  kind: "text",
  pattern: `^(?:${NAME_OF_HOST}|\\[${IPV6}\\]):\\d{1,5}$`,
  expected: "host:port",
};

/** The name of an environment variable, so that the file does not contain its value. */
export const FROM_ENVIRONMENT: ObjectShape = {
  kind: "object",
  properties: {
    env: {
      kind: "text",
      pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
      expected: "the name of an environment variable",
      isSecret: true,
    },
  },
  required: ["env"],
  expected: '{ "env": "NAME" }, with the value in that environment variable',
  isSecret: true,
};

export function choice(...values: ChoiceShape["values"]): ChoiceShape {
  return { kind: "choice", values };
}

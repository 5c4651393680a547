import { CONTROL_CHARACTERS } from "../../options/rules.ts";
import type { ObjectShape, TextShape } from "../../options/shape.ts";

const NAME_OF_HOST = `[^\\s:/[\\]${CONTROL_CHARACTERS}]+`;
const IPV6 = "[\\dA-Fa-f.]*:[\\dA-Fa-f.]*:[\\dA-Fa-f:.]*";

export const HOST: TextShape = {
  kind: "text",
  pattern: new RegExp(`^(?:${NAME_OF_HOST}|${IPV6})$`, "u"),
  expected: "a host: a name or an address, without scheme and port",
};

export const HOST_AND_PORT: TextShape = {
  kind: "text",
  pattern: new RegExp(`^(?:${NAME_OF_HOST}|\\[${IPV6}\\]):\\d{1,5}$`, "u"),
  expected: "host:port",
};

/** The name of an environment variable, so that the file does not contain its value. */
export const FROM_ENVIRONMENT: ObjectShape = {
  kind: "object",
  properties: {
    env: {
      kind: "text",
      pattern: /^[A-Za-z_][A-Za-z0-9_]*$/u,
      expected: "the name of an environment variable",
      isSecret: true,
      required: true,
    },
  },
  expected: '{ "env": "NAME" }, with the value in that environment variable',
  isSecret: true,
};

import { CONTROL_CHARACTERS } from "./rules.ts";
import type { TextShape } from "./shape.ts";

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

import type { State } from "../../core/state.ts";

/** Text styles, with their numbers in "Select Graphic Rendition" (ECMA-48, 8.3.117). */
const CODES = { green: 32, yellow: 33, red: "1;31", bold: 1, dim: 2, inverse: 7 } as const;

export type Style = keyof typeof CODES;

export const STYLE_OF_STATE: Readonly<Record<State, Style>> = { OK: "green", YELLOW: "yellow", RED: "red" };

/** Applies a style to a text. Without `color`, returns the text unchanged. */
export type Paint = (style: Style, text: string) => string;

export function createPaint(color: boolean): Paint {
  return color ? (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m` : (_style, text) => text;
}

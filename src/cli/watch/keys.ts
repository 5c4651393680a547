/** A sequence of a key such as an arrow, or one character. */
const TOKENS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send control characters for keys
  /\u001b[[O][\d;]*[A-Za-z~]|[\s\S]/gu;

/** The effect of a key in the list. */
export type Action = "down" | "up" | "pageDown" | "pageUp" | "top" | "bottom" | "toggle" | "filter" | "clear";

/** The keys in the list, as terminals send them. */
const ACTIONS: Readonly<Record<string, Action>> = {
  j: "down",
  "\u001b[B": "down",
  "\u001bOB": "down",
  k: "up",
  "\u001b[A": "up",
  "\u001bOA": "up",
  " ": "pageDown",
  "\u001b[6~": "pageDown",
  "\u001b[5~": "pageUp",
  g: "top",
  "\u001b[H": "top",
  "\u001b[1~": "top",
  G: "bottom",
  "\u001b[F": "bottom",
  "\u001b[4~": "bottom",
  "\r": "toggle",
  "\n": "toggle",
  "/": "filter",
  "\u001b": "clear",
};

/** The keys that also work while a filter is typed. */
const MOVING: readonly string[] = Object.keys(ACTIONS).filter((key) => key.length > 1);

/** Maximum length of a filter, in characters. */
const MAX_FILTER_LENGTH = 100;

/** Splits what a terminal sent into keys. */
export function toKeys(text: string): readonly string[] {
  return text.match(TOKENS) ?? [];
}

export function toAction(key: string): Action | undefined {
  return Object.hasOwn(ACTIONS, key) ? ACTIONS[key] : undefined;
}

/** The filter after a key, and whether it is still typed. */
export interface Typing {
  readonly filter: string;
  readonly isTyping: boolean;
}

export function typeFilter(filter: string, key: string): Typing | undefined {
  if (MOVING.includes(key)) return undefined;
  if (key === "\r" || key === "\n") return { filter, isTyping: false };
  if (key === "\u007f" || key === "\b") return { filter: [...filter].slice(0, -1).join(""), isTyping: true };
  if (key === "\u0015") return { filter: "", isTyping: true };
  const isText = !/^[\p{Cc}\p{Cf}]/u.test(key) && [...filter].length < MAX_FILTER_LENGTH;
  return { filter: isText ? filter + key : filter, isTyping: true };
}

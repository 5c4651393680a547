/** The expected form of a time in a query. */
export const TIME = "a time such as 2026-11-27T03:12Z, or milliseconds since 1970";

const MAX_LENGTH = 40;

/**
 * Reads a time from a query: `undefined` if there is none, an invalid date if it is wrong. Without a zone it is UTC, not
 * the zone of the server.
 */
export function toTime(text: string | null): Date | undefined {
  if (text === null) return undefined;
  if (/^-?\d{1,16}$/.test(text)) return new Date(Number(text));
  const isLocal = /T[\d:.]+$/.test(text);
  return new Date((text + (isLocal ? "Z" : "")).slice(0, MAX_LENGTH));
}

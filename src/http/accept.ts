/** One range of an `Accept` header, such as `text/plain;version=0.0.4;q=0.3`. */
export interface MediaRange {
  readonly type: string;
  readonly version: string | undefined;
  /** From 0, never, to 1. */
  readonly quality: number;
}

/** A longer header is not read. */
export const MAX_ACCEPT_LENGTH = 8_192;

/** Maximum number of ranges that are read. A browser sends up to ten. */
export const MAX_ACCEPT_RANGES = 50;

/** Maximum number of parameters of a range; one with more cannot be read. */
export const MAX_RANGE_PARAMETERS = 10;

const MEDIA_TYPE = /^[^\s/]+\/[^\s/]+$/;
const QUALITY = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** So many different headers are remembered, and none that is longer than the second: 50 kB at most. */
export const MAX_KNOWN_ACCEPTS = 100;
export const MAX_KNOWN_ACCEPT_LENGTH = 512;

// A scraper sends the same header with each request. When there are too many, all are forgotten: whoever sends another
// one each time makes others pay for no more than reading theirs again.
const known = new Map<string, readonly MediaRange[]>();

/**
 * Reads an `Accept` header (RFC 9110, 12.5.1). Skips ranges that cannot be read, and those after the first 50: anybody
 * can send a header, so its price is bounded.
 */
export function parseAccept(accept: string | undefined): readonly MediaRange[] {
  if (accept === undefined || accept.length > MAX_ACCEPT_LENGTH) return [];
  const ranges = known.get(accept);
  if (ranges !== undefined) return ranges;
  const parsed = accept.split(",", MAX_ACCEPT_RANGES).flatMap(toMediaRange);
  if (accept.length <= MAX_KNOWN_ACCEPT_LENGTH) {
    if (known.size >= MAX_KNOWN_ACCEPTS) known.clear();
    known.set(accept, parsed);
  }
  return parsed;
}

function toMediaRange(text: string): MediaRange[] {
  const [type = "", ...rest] = text.split(";", MAX_RANGE_PARAMETERS + 2).map((part) => part.trim());
  if (rest.length > MAX_RANGE_PARAMETERS) return [];
  const parameters = new Map(rest.map(toParameter));
  const quality = parameters.get("q") ?? "1";
  if (!MEDIA_TYPE.test(type) || !QUALITY.test(quality)) return [];
  return [{ type, version: parameters.get("version"), quality: Number(quality) }];
}

function toParameter(text: string): [name: string, value: string] {
  const [name = "", value = ""] = text.split("=", 2);
  return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, "$1")];
}

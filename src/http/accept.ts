import { FORMATS } from "../formats/formats.ts";

/** One range of an `Accept` header, such as `text/plain;version=0.0.4;q=0.3`. */
export interface MediaRange {
  readonly type: string;
  readonly version: string | undefined;
  /** From 0 (never) to 1. */
  readonly quality: number;
}

/** Maximum length of a header. A longer header is ignored. */
export const MAX_ACCEPT_LENGTH = 8_192;

/**
 * Maximum number of ranges to keep, counting only ranges that match one of our formats. A browser sends up to
 * ten.
 */
export const MAX_ACCEPT_RANGES = 50;

/** Maximum number of parameters of a range. A range with more is invalid. */
export const MAX_RANGE_PARAMETERS = 10;

/** The media types of our formats, and the wildcard ranges that include them. */
const MEANINGFUL_TYPES: ReadonlySet<string> = new Set([
  "*/*",
  ...Object.values(FORMATS).flatMap(({ mediaType }) => [mediaType, mediaType.replace(/\/.*/, "/*")]),
]);

const QUALITY = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** Maximum number and length of cached headers: 50 kB at most. */
export const MAX_KNOWN_ACCEPTS = 100;
export const MAX_KNOWN_ACCEPT_LENGTH = 512;

// A scraper sends the same header with each request. A full cache is cleared: a client that sends a new
// header each time costs the others no more than parsing theirs again.
const known = new Map<string, readonly MediaRange[]>();

/**
 * Parses an `Accept` header (RFC 9110, 12.5.1). Skips ranges that are invalid or match none of our formats.
 * Skipping must be cheap, because any client can send thousands of them.
 */
export function parseAccept(accept: string | undefined): readonly MediaRange[] {
  if (accept === undefined || accept.length > MAX_ACCEPT_LENGTH) return [];
  const ranges = known.get(accept);
  if (ranges !== undefined) return ranges;
  const parsed = readRanges(accept);
  if (accept.length <= MAX_KNOWN_ACCEPT_LENGTH) {
    if (known.size >= MAX_KNOWN_ACCEPTS) known.clear();
    known.set(accept, parsed);
  }
  return parsed;
}

function readRanges(accept: string): readonly MediaRange[] {
  const ranges: MediaRange[] = [];
  for (let start = 0; start < accept.length && ranges.length < MAX_ACCEPT_RANGES; ) {
    const comma = accept.indexOf(",", start);
    const end = comma === -1 ? accept.length : comma;
    const range = toMediaRange(accept.slice(start, end));
    if (range !== undefined) ranges.push(range);
    start = end + 1;
  }
  return ranges;
}

function toMediaRange(text: string): MediaRange | undefined {
  const semicolon = text.indexOf(";");
  const type = (semicolon === -1 ? text : text.slice(0, semicolon)).trim();
  if (!MEANINGFUL_TYPES.has(type)) return undefined;
  const rest = semicolon === -1 ? [] : text.slice(semicolon + 1).split(";", MAX_RANGE_PARAMETERS + 1);
  const parameters = new Map(rest.map(toParameter));
  const quality = parameters.get("q") ?? "1";
  if (rest.length > MAX_RANGE_PARAMETERS || !QUALITY.test(quality)) return undefined;
  return { type, version: parameters.get("version"), quality: Number(quality) };
}

function toParameter(text: string): [name: string, value: string] {
  const [name = "", value = ""] = text.split("=", 2);
  return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, "$1")];
}

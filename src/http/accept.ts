/** One range of an `Accept` header, such as `text/plain;version=0.0.4;q=0.3`. */
export interface MediaRange {
  readonly type: string;
  readonly version: string | undefined;
  /** From 0, never, to 1. */
  readonly quality: number;
}

/** A longer header is not read. */
export const MAX_ACCEPT_LENGTH = 8_192;

const MEDIA_TYPE = /^[^\s/]+\/[^\s/]+$/;
const QUALITY = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** Reads an `Accept` header (RFC 9110, 12.5.1). Ranges that cannot be read are left out. */
export function parseAccept(accept: string | undefined): readonly MediaRange[] {
  if (accept === undefined || accept.length > MAX_ACCEPT_LENGTH) return [];
  return accept.split(",").flatMap(toMediaRange);
}

function toMediaRange(text: string): MediaRange[] {
  const [type = "", ...rest] = text.split(";").map((part) => part.trim());
  const parameters = new Map(rest.map(toParameter));
  const quality = parameters.get("q") ?? "1";
  if (!MEDIA_TYPE.test(type) || !QUALITY.test(quality)) return [];
  return [{ type, version: parameters.get("version"), quality: Number(quality) }];
}

function toParameter(text: string): [name: string, value: string] {
  const [name = "", value = ""] = text.split("=", 2);
  return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, "$1")];
}

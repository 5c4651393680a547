import { FORMATS, type Format } from "../formats/formats.ts";
import type { MediaRange } from "./accept.ts";

/** The formats to choose from. */
export interface Choice {
  /** The first is the default. The order decides if the header does not (`*\/*`, `text/*`, nothing). */
  readonly byDefault: readonly Format[];
}

/** The order of formats that are named with equal quality. The original prefers JSON to csv too. */
const BY_PREFERENCE: readonly Format[] = ["json", "health", "openmetrics", "prometheus", "csv", "html"];

/** The formats of a path without a suffix. */
export const ANY_FORMAT: Choice = {
  byDefault: ["csv", "json", "prometheus", "health", "openmetrics", "html"],
};

/** The same, with JSON as the default. */
export const JSON_FIRST: Choice = {
  byDefault: ["json", "csv", "prometheus", "health", "openmetrics", "html"],
};

/** The formats of `.prometheus`: OpenMetrics only if the client accepts it explicitly. */
export const PROMETHEUS_FORMATS: Choice = { byDefault: ["prometheus", "openmetrics"] };

/** The preference of a header for a format. */
interface Wish {
  readonly format: Format;
  readonly quality: number;
  readonly precision: Precision;
}

/** How exactly the header names the format: 3 by its type, 2 by `text/*`, 1 by `*\/*`, 0 not at all. */
type Precision = 0 | 1 | 2 | 3;

/**
 * Selects the format for an `Accept` header (RFC 9110, 12.5.1). Like the original, it compares media types
 * case-sensitively. If the header is invalid or accepts none of the formats, the result is the first format
 * that it does not exclude with `q=0`.
 */
export function negotiate(ranges: readonly MediaRange[], { byDefault }: Choice): Format {
  const wishes = byDefault.map((format) => toWish(format, ranges));
  const [best] = wishes.filter(({ quality }) => quality > 0).sort(compareWishes);
  const fallback = best ?? wishes.find(({ precision }) => precision === 0) ?? wishes[0];
  return fallback?.format ?? "csv";
}

/** Whether the client is Prometheus or a compatible scraper, which must never get csv. */
export function isScraper(ranges: readonly MediaRange[], scrapeTimeout: string | undefined): boolean {
  if (scrapeTimeout !== undefined) return true;
  return ranges.some(
    ({ type, version, quality }) =>
      quality > 0 &&
      (type === FORMATS.openmetrics.mediaType ||
        (type === FORMATS.prometheus.mediaType && version === FORMATS.prometheus.version)),
  );
}

function toWish(format: Format, ranges: readonly MediaRange[]): Wish {
  let wish: Wish = { format, quality: 0, precision: 0 };
  for (const range of ranges) {
    const precision = toPrecision(format, range);
    const isBetter =
      precision > wish.precision || (precision === wish.precision && range.quality > wish.quality);
    if (precision > 0 && isBetter) wish = { format, quality: range.quality, precision };
  }
  return wish;
}

function toPrecision(format: Format, { type, version }: MediaRange): Precision {
  const { mediaType, version: ownVersion = version, versionRequired = false } = FORMATS[format];
  if (type === mediaType)
    return version === ownVersion || (version === undefined && !versionRequired) ? 3 : 0;
  if (type === `${mediaType.slice(0, mediaType.indexOf("/"))}/*`) return 2;
  return type === "*/*" ? 1 : 0;
}

/** `sort` is stable, so equal formats keep the default order. */
function compareWishes(one: Wish, other: Wish): number {
  if (one.quality !== other.quality) return other.quality - one.quality;
  if (one.precision !== other.precision) return other.precision - one.precision;
  return one.precision === 3 ? BY_PREFERENCE.indexOf(one.format) - BY_PREFERENCE.indexOf(other.format) : 0;
}

import { FORMATS, type Format } from "../formats/formats.ts";
import type { MediaRange } from "./accept.ts";

/** Which formats there are to choose from. */
export interface Choice {
  /** The first is the default; the order decides where the header leaves it open (`*\/*`, `text/*`, nothing). */
  readonly byDefault: readonly Format[];
}

/** Between formats that are named and wanted equally: as the original, which prefers JSON to csv. */
const BY_PREFERENCE: readonly Format[] = ["json", "health", "openmetrics", "prometheus", "csv", "html"];

/** What a path without a suffix offers. */
export const ANY_FORMAT: Choice = {
  byDefault: ["csv", "json", "prometheus", "health", "openmetrics", "html"],
};

/** What `.prometheus` offers: OpenMetrics only to those who ask for it. */
export const PROMETHEUS_FORMATS: Choice = { byDefault: ["prometheus", "openmetrics"] };

/** How much a header wants a format. */
interface Wish {
  readonly format: Format;
  readonly quality: number;
  readonly precision: Precision;
}

/** How the header named the format: 3 by its type, 2 by `text/*`, 1 by `*\/*`, 0 not at all. */
type Precision = 0 | 1 | 2 | 3;

/**
 * The format that an `Accept` header asks for (RFC 9110, 12.5.1). Media types are compared as they are
 * written, as the original does. A header that cannot be read, or asks for nothing that there is, gets the
 * default; only what it excludes with `q=0` is kept from it.
 */
export function negotiate(ranges: readonly MediaRange[], { byDefault }: Choice): Format {
  const wishes = byDefault.map((format) => toWish(format, ranges));
  const [best] = wishes.filter(({ quality }) => quality > 0).sort(compareWishes);
  const fallback = best ?? wishes.find(({ precision }) => precision === 0) ?? wishes[0];
  return fallback?.format ?? "csv";
}

/** Whether this is a Prometheus, or one of those who speak like it: it must never be given csv. */
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

/** `sort` is stable, so what is equal here stays in the default order. */
function compareWishes(one: Wish, other: Wish): number {
  if (one.quality !== other.quality) return other.quality - one.quality;
  if (one.precision !== other.precision) return other.precision - one.precision;
  return one.precision === 3 ? BY_PREFERENCE.indexOf(one.format) - BY_PREFERENCE.indexOf(other.format) : 0;
}

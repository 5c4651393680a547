import manifest from "../../package.json" with { type: "json" };

/** Where an entry of the package is. */
interface EntryFiles {
  readonly types: string;
  readonly default: string;
}

/** What programs import: every export but data. */
export const MODULE_ENTRIES: readonly (readonly [entry: string, files: EntryFiles])[] = Object.entries(
  manifest.exports,
).flatMap(([entry, files]) => (typeof files === "string" ? [] : [[entry, files] as const]));

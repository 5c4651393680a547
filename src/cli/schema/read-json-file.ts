import { readFile } from "node:fs/promises";
import type { Mistake } from "../../options/words.ts";
import { parseJson } from "./parse-json.ts";

/** The content of a file, or why it cannot be read. */
export type Read = { readonly value: unknown; readonly mistake?: never } | { readonly mistake: Mistake };

/** Reads a file as JSON. Never rejects. */
export async function readJsonFile(file: string): Promise<Read> {
  const { text = "", mistake } = await readTextFile(file);
  return mistake === undefined ? readJsonText(text) : { mistake };
}

/** Reads a file. Never rejects. */
export async function readTextFile(
  file: string,
): Promise<{ readonly text?: string; readonly mistake?: Mistake }> {
  try {
    return { text: await readFile(file, "utf8") };
  } catch (error) {
    return { mistake: { path: "", text: `cannot be read: ${describeReadError(error)}` } };
  }
}

/** Reads a text from another source in the same way. */
export function readJsonText(text: string): Read {
  // Windows editors put a byte order mark at the beginning of a file. JSON does not allow it.
  const parsed = parseJson(text.replace(/^\ufeff/, ""));
  if ("value" in parsed) return parsed;
  const { line, column, text: what } = parsed.error;
  return { mistake: { path: `line ${line}, column ${column}`, text: what } };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "no permission",
  EISDIR: "it is a folder",
};

function describeReadError(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}

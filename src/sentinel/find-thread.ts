import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The file of the thread, as the build names it. */
const FILE = "svc-status-sentinel.js";

/** Beside this module; `undefined` in a bundle that does not know where it is. */
export function findThread(): URL | undefined {
  try {
    return new URL(`./${FILE}`, import.meta.url);
  } catch {
    return undefined;
  }
}

/** Throws an error that says what to do in a bundle, before a thread fails with less to say. */
export function expectThread(url: URL | undefined): URL {
  if (url !== undefined && (url.protocol !== "file:" || existsSync(fileURLToPath(url)))) return url;
  throw new Error(
    `the file of the sentinel's thread is not at ${url ?? "a known place"}: copy ${FILE} of ` +
      `svc-status/dist/sentinel beside the bundle, or pass its place as workerUrl`,
  );
}

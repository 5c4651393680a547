import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The file next to this module; `undefined` in a bundle that does not know its own location. */
export function findThread(): URL | undefined {
  try {
    // A literal, so that bundlers find the file and copy it.
    return new URL("./svc-status-sentinel.js", import.meta.url);
  } catch {
    return undefined;
  }
}

/** Throws an error with instructions for bundles. The thread itself would fail with a less useful error. */
export function expectThread(url: URL | undefined): URL {
  const found = [url, nextToExecutable()].find((place) => place !== undefined && isThere(place));
  if (found !== undefined) return found;
  throw new Error(
    `the file of the sentinel's thread is not at ${url ?? "a known place"}: copy svc-status-sentinel.js from ` +
      "svc-status/dist/sentinel next to the bundle or its executable, or pass its location as workerUrl",
  );
}

/** A single-executable application does not know its own folder. */
function nextToExecutable(): URL {
  return new URL("svc-status-sentinel.js", pathToFileURL(process.execPath));
}

function isThere(url: URL): boolean {
  return url.protocol !== "file:" || existsSync(fileURLToPath(url));
}

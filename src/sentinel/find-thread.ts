import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Beside this module; `undefined` in a bundle that does not know where it is. */
export function findThread(): URL | undefined {
  try {
    // A literal, so that bundlers find the file and copy it.
    return new URL("./svc-status-sentinel.js", import.meta.url);
  } catch {
    return undefined;
  }
}

/** Throws an error that says what to do in a bundle, before a thread fails with less to say. */
export function expectThread(url: URL | undefined): URL {
  const found = [url, besideExecutable()].find((place) => place !== undefined && isThere(place));
  if (found !== undefined) return found;
  throw new Error(
    `the file of the sentinel's thread is not at ${url ?? "a known place"}: copy svc-status-sentinel.js of ` +
      "svc-status/dist/sentinel beside the bundle or its executable, or pass its place as workerUrl",
  );
}

/** A program that is one executable does not know a folder of its own. */
function besideExecutable(): URL {
  return new URL("svc-status-sentinel.js", pathToFileURL(process.execPath));
}

function isThere(url: URL): boolean {
  return url.protocol !== "file:" || existsSync(fileURLToPath(url));
}

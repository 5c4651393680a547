import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";

/** How long the main thread may take to be stopped, so that it can be said where it is. */
const STACK_TIMEOUT_MS = 1_000;

/**
 * Ends this process from a thread of it: writes Node.js's diagnostic report, with the main thread's stack where
 * it can be had, and kills. Nothing gentler would do: a signal with a handler waits for the main thread.
 */
export async function endWedgedProcess(why: string): Promise<void> {
  try {
    const error = new Error(why);
    const stack = await getMainStack().catch(() => []);
    error.stack = [`Error: ${why}`, ...stack].join("\n");
    // It would ask a name server about each connection, which may take minutes.
    Object.assign(process.report, { excludeNetwork: true });
    process.report.writeReport(error);
  } finally {
    process.kill(process.pid, "SIGKILL");
    // Whoever is still there is process 1 of a container.
    if (process.pid === 1) abortProcess();
  }
}

/**
 * Linux keeps signals that a container's process 1 sends to itself from ending it, but not a trap of the processor.
 * Node.js offers no abort to threads; V8 has one for its own tests.
 */
function abortProcess(): void {
  setFlagsFromString("--allow-natives-syntax");
  runInThisContext('%AbortJS("the main thread was wedged")');
}

/** Where the main thread is, as a debugger sees it. Rejects where Node.js was built without one. */
async function getMainStack(): Promise<readonly string[]> {
  const { Session } = await import("node:inspector");
  const session = new Session();
  session.connectToMainThread();
  const urls = new Map<string, string>();
  session.on("Debugger.scriptParsed", ({ params }) => void urls.set(params.scriptId, params.url));
  return new Promise((resolve) => {
    setTimeout(() => resolve([]), STACK_TIMEOUT_MS);
    session.on("Debugger.paused", ({ params }) => {
      resolve(
        params.callFrames.map(({ functionName, location: { scriptId, lineNumber, columnNumber = 0 } }) => {
          const place = `${urls.get(scriptId) ?? ""}:${lineNumber + 1}:${columnNumber + 1}`;
          return `    at ${functionName || "<anonymous>"} (${place})`;
        }),
      );
    });
    session.post("Debugger.enable");
    session.post("Debugger.pause");
  });
}

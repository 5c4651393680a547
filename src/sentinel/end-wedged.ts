import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";

/** Timeout to pause the main thread and read its stack. */
const STACK_TIMEOUT_MS = 1_000;

/**
 * Ends this process from another thread: writes Node.js's diagnostic report, with the main thread's stack if
 * available, and sends SIGKILL. A signal with a handler would wait for the main thread.
 */
export async function endWedgedProcess(why: string): Promise<void> {
  try {
    const error = new Error(why);
    const stack = await getMainStack().catch(() => []);
    error.stack = [`Error: ${why}`, ...stack].join("\n");
    // The report would look up the name of each connection's peer, which may take minutes.
    Object.assign(process.report, { excludeNetwork: true });
    process.report.writeReport(error);
  } finally {
    process.kill(process.pid, "SIGKILL");
    // Only process 1 of a container survives SIGKILL from itself.
    if (process.pid === 1) abortProcess();
  }
}

/**
 * On Linux, process 1 of a container survives signals from itself, but not a processor trap. Node.js offers
 * no abort to threads, but V8 has one for its own tests.
 */
function abortProcess(): void {
  setFlagsFromString("--allow-natives-syntax");
  runInThisContext('%AbortJS("the main thread was wedged")');
}

/** Reads the main thread's stack with the inspector. Rejects if Node.js was built without it. */
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

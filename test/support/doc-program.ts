import { spawn } from "node:child_process";

/** Code blocks that run as one program, one block after the other. */
export interface Program {
  /** The ports that the code asked for, and those that its servers got. */
  readonly ports: ReadonlyMap<number, number>;
  /** Lets it run to the end of the next block and gives what it printed. Rejects when the program fails. */
  runNextBlock(): Promise<string>;
  /** Ends it and gives what it wrote to standard error. */
  stop(): Promise<string>;
}

const PRELOADED = new URL("doc-preload.mjs", import.meta.url).href;

/** Starts a program in `folder`, where its imports are resolved, with `environment` added to this one's. */
export function startProgram(
  blocks: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Program {
  const code = blocks.map((block) => `${block}\nawait endOfBlock();\n`).join("");
  const options = ["--import", PRELOADED, "--input-type=module", "--eval", code];
  const child = spawn(process.execPath, options, { cwd: folder, env: { ...process.env, ...environment } });
  const chunks: AsyncIterator<string> = child.stdout.setEncoding("utf8")[Symbol.asyncIterator]();
  const closed = new Promise((resolve) => void child.once("close", resolve));
  const ports = new Map<number, number>();
  let isRunning = true; // the first block runs by itself
  let printed = "";
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    complaints += chunk;
  });
  child.stdin.on("error", () => {}); // a program that has failed says so by its end

  async function runNextBlock(): Promise<string> {
    if (!isRunning) child.stdin.write("go on\n");
    const [all, output = "", newPorts = ""] = await readToEndOfBlock();
    isRunning = false;
    printed = printed.slice(all.length);
    for (const [wanted, real] of JSON.parse(newPorts) as [number, number][]) ports.set(wanted, real);
    return output;
  }

  async function readToEndOfBlock(): Promise<RegExpExecArray> {
    for (;;) {
      const match = END_OF_BLOCK.exec(printed);
      if (match !== null) return match;
      const { done = false, value } = await chunks.next();
      if (done) throw new Error(`the program failed: ${printed}${await stop()}`);
      printed += value;
    }
  }

  async function stop(): Promise<string> {
    child.stdin.end();
    await closed;
    return complaints;
  }

  return { ports, runNextBlock, stop };
}

// As doc-preload.mjs writes it.
const END_OF_BLOCK = /^([^\0]*)\0(.*)\n/;

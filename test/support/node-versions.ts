import { tmpdir } from "node:os";
import { run } from "./run.ts";

/** The majors the package promises to work on. */
export const NODE_MAJORS = [20, 22, 24, 26] as const;

/** The path of a Node of that major; npm downloads it once. */
export async function nodeOfMajor(major: (typeof NODE_MAJORS)[number]): Promise<string> {
  const printPath = ["node", "-p", "process.execPath"];
  const { code, stdout, stderr } = await run(
    "npx",
    ["-y", "-p", `node@${major}`, "--", ...printPath],
    tmpdir(),
  );
  if (code !== 0) throw new Error(`npm has no Node ${major} for this machine: ${stderr}`);
  return stdout.trim();
}

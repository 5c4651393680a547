import { tmpdir } from "node:os";
import { run } from "./run.ts";

/** The path of a program of an npm package, such as `tsx@4.23.15`; npm downloads it once. */
export async function findNpmProgram(spec: string, program: string): Promise<string> {
  const { code, stdout, stderr } = await run("npx", ["-y", "-p", spec, "--", "which", program], tmpdir());
  if (code !== 0) throw new Error(`npm has no ${spec} for this machine: ${stderr}`);
  return stdout.trim();
}

import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inject } from "vitest";
import { type Outcome, run } from "../../support/run.ts";

/** The programs that are tried. */
export const PROGRAMS: string = join(import.meta.dirname, "../../fixtures/tried");

/** An empty folder in which the packed package and others are installed, as a user would. */
export async function installBeside(
  name: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<string> {
  const { consumer, tarball } = inject("packed");
  const folder = join(dirname(consumer), name);
  await mkdir(folder);
  const manifest = { private: true, dependencies: { ...dependencies, "svc-status": `file:${tarball}` } };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  // What is installed needs no script: binaries are in optional packages.
  const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  await expectSuccess(run("npm", ["install", ...flags], folder));
  return folder;
}

/** Copies a program, with what is to be before it. */
export async function copyProgram(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(join(PROGRAMS, from), to);
}

/** What a program printed that ended well. */
export async function expectSuccess(outcome: Promise<Outcome>): Promise<string> {
  const { code, stdout, stderr } = await outcome;
  if (code !== 0) throw new Error(`exit code ${code}: ${stdout.slice(-4_000)}${stderr.slice(-4_000)}`);
  return stdout;
}

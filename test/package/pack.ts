import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { publication } from "../support/publication.ts";
import { run } from "../support/run.ts";

/** The package as npm would publish it. */
export interface Packed {
  /** Path of the tarball. */
  readonly tarball: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Bytes of the files in it. */
  readonly unpackedSize: number;
  /** Paths in the tarball. */
  readonly files: readonly string[];
  /** A folder outside the repository with nothing in it but the installed package. */
  readonly consumer: string;
}

declare module "vitest" {
  interface ProvidedContext {
    packed: Packed;
  }
}

/** Packs what was built and installs it as a user would, once for all tests of the package. */
export default async function pack(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-"));
  const consumer = join(folder, "consumer");
  await mkdir(consumer);
  await writeFile(join(consumer, "package.json"), '{ "private": true }');

  const { root } = project.config;
  // "prepack" and "postpack" without the build, which the tests that run already use.
  publication.apply(root);
  const output = await npm(root, "pack", "--ignore-scripts", "--json", "--pack-destination", folder).finally(
    () => publication.restore(root),
  );
  const [{ filename, size, unpackedSize, files }] = JSON.parse(output) as [
    { filename: string; size: number; unpackedSize: number; files: { path: string }[] },
  ];
  const tarball = join(folder, filename);
  await npm(consumer, "install", "--no-audit", "--no-fund", tarball);

  project.provide("packed", { tarball, size, unpackedSize, files: files.map(({ path }) => path), consumer });
  return () => rm(folder, { recursive: true });
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("npm", [...args, "--loglevel=error"], cwd);
  if (code !== 0) throw new Error(`npm ${args[0]} failed: ${stderr}`);
  return stdout;
}

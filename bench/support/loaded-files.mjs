import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The URLs of all files below a URL that Node.js loads when a program runs, from its coverage data. */
export async function listLoadedFiles(args, below, cwd) {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-"));
  try {
    execFileSync(process.execPath, args, {
      cwd,
      env: { ...process.env, NODE_V8_COVERAGE: folder },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [file] = await readdir(folder);
    const { result } = JSON.parse(await readFile(join(folder, file), "utf8"));
    return result.map(({ url }) => url).filter((url) => url.startsWith(below));
  } finally {
    await rm(folder, { recursive: true });
  }
}

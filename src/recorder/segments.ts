import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import { join } from "node:path";

/** A file of a recording. Each process continues a chain of segments, or begins one. */
export interface Segment {
  readonly path: string;
  readonly chain: string;
  /** Its place in the chain. */
  readonly number: number;
}

export interface StoredSegment extends Segment {
  readonly size: number;
  /** The time of its last line, in milliseconds since 1970. */
  readonly modifiedAt: number;
}

const NAME = /^status-([\da-f]{16})-(\d{8})\.jsonl$/;

/** Maximum number of segments that are read. Their total size is limited, so there are more only after a mistake. */
const MAX_SEGMENTS = 10_000;

/** More would delay the file system calls of the application, which share the threads. */
const LOOKS_AT_ONCE = 16;

/** Larger than any segment: its share of the recording, one snapshot, and one batch. */
const MAX_READ_BYTES = 32_000_000;

export function toSegment(directory: string, chain: string, number: number): Segment {
  return { path: join(directory, `status-${chain}-${String(number).padStart(8, "0")}.jsonl`), chain, number };
}

export function createChainName(): string {
  return randomBytes(8).toString("hex");
}

/** Creates the folder for this user only, or uses the existing one. Rejects if it is a symbolic link. */
export async function prepareDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const found = await lstat(directory);
  if (!found.isDirectory()) throw new Error(`${directory} is a symbolic link or no directory`);
}

/** All segments, by their number in the chain, lowest first. Ignores other files, folders and symbolic links. */
export async function listSegments(directory: string): Promise<readonly StoredSegment[]> {
  const names = (await readdir(directory))
    .filter((name) => NAME.test(name))
    .sort()
    .slice(-MAX_SEGMENTS);
  const found: StoredSegment[] = [];
  for (let start = 0; start < names.length; start += LOOKS_AT_ONCE) {
    const group = names.slice(start, start + LOOKS_AT_ONCE);
    const stored = await Promise.all(group.map((name) => findStored(directory, name)));
    found.push(...stored.filter((segment) => segment !== undefined));
  }
  return found;
}

async function findStored(directory: string, name: string): Promise<StoredSegment | undefined> {
  const [, chain = "", number = ""] = NAME.exec(name) ?? [];
  const segment = toSegment(directory, chain, Number(number));
  const stats = await lstat(segment.path).catch(ignoreMissing);
  return stats?.isFile() ? { ...segment, size: stats.size, modifiedAt: stats.mtimeMs } : undefined;
}

/** Another process may delete a segment at any time. */
function ignoreMissing(error: unknown): undefined {
  if ((error as { code?: unknown }).code === "ENOENT") return undefined;
  throw error;
}

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

/** Creates a segment. Rejects if a file or a symbolic link with its name exists. */
export function createSegment(segment: Segment): Promise<FileHandle> {
  return open(segment.path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
}

/**
 * Claims a segment by renaming it to the next number, which only one process can do. Resolves with
 * `undefined` if another process was faster.
 */
export async function claimSegment(directory: string, segment: Segment): Promise<Segment | undefined> {
  const claimed = toSegment(directory, segment.chain, segment.number + 1);
  try {
    await rename(segment.path, claimed.path);
    return claimed;
  } catch (error) {
    return ignoreMissing(error);
  }
}

export function continueSegment(segment: Segment): Promise<FileHandle> {
  return open(segment.path, O_WRONLY | O_APPEND | (O_NOFOLLOW ?? 0));
}

/** The whole text of a segment; empty if it was deleted meanwhile. Rejects if it is larger than any segment. */
export async function readSegment(segment: Segment): Promise<string> {
  const text = await readFrom(segment, async function readWhole(handle) {
    const { size } = await handle.stat();
    if (size > MAX_READ_BYTES) throw new Error("it is larger than a segment can be");
    return handle.readFile("utf8");
  });
  return text ?? "";
}

const START = /^\{"k":"head","v":\d+,"t":(\d+)/;
const START_BYTES = 64;

/** The time of a segment's first line; `undefined` if it is empty or damaged. */
export function readStart(segment: Segment): Promise<number | undefined> {
  return readFrom(segment, async function readTime(handle) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    const [, time] = START.exec(buffer.toString("latin1", 0, bytesRead)) ?? [];
    return time === undefined ? undefined : Number(time);
  });
}

/** Opens a segment, reads from it, and closes it. `undefined` if it was deleted meanwhile. */
async function readFrom<Result>(
  segment: Segment,
  read: (handle: FileHandle) => Promise<Result>,
): Promise<Result | undefined> {
  const handle = await open(segment.path, O_RDONLY | (O_NOFOLLOW ?? 0)).catch(ignoreMissing);
  if (handle === undefined) return undefined;
  try {
    return await read(handle);
  } finally {
    await handle.close();
  }
}

export async function deleteSegment(segment: Segment): Promise<void> {
  await unlink(segment.path).catch(ignoreMissing);
}

/** Whether the path still refers to the open file. */
export async function isInPlace(segment: Segment, handle: FileHandle): Promise<boolean> {
  const [present, opened]: [Stats | undefined, Stats] = await Promise.all([
    lstat(segment.path).catch(ignoreMissing),
    handle.stat(),
  ]);
  return present?.ino === opened.ino && present.dev === opened.dev;
}

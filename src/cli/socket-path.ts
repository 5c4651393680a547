import { CliError } from "./cli-error.ts";

/**
 * The longest path of a unix socket that every system takes: macOS has room for so many bytes, Linux for 107. Node.js
 * would cut a longer one, and use another file.
 */
export const MAX_SOCKET_PATH_BYTES = 103;

/** @throws CliError for a path that is too long. */
export function expectSocketPath(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return path;
  throw new CliError(`the path of a socket: expected at most ${MAX_SOCKET_PATH_BYTES} bytes, got ${bytes}`);
}

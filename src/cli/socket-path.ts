import { CliError } from "./cli-error.ts";

/**
 * Maximum length of a unix socket path on all systems: 103 bytes on macOS, 107 on Linux. Node.js would
 * truncate a longer path, and use another file.
 */
export const MAX_SOCKET_PATH_BYTES = 103;

/** @throws CliError for a path that is too long. */
export function expectSocketPath(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return path;
  throw new CliError(`the path of a socket: expected at most ${MAX_SOCKET_PATH_BYTES} bytes, got ${bytes}`);
}

import { readFileSync } from "node:fs";

const ESTABLISHED = "01";

/** How many connections a server on this port has, as the kernel knows them. */
export function countConnections(port: number): number {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((file) => readFileSync(file, "utf8").trim().split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(ending) && state === ESTABLISHED).length;
}

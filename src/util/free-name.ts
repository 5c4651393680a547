/**
 * Names a handler that the library adds. If the application uses the name, the library's name gets a prefix.
 */
export function prefixUntilFree(name: string, prefix: string, isTaken: (name: string) => boolean): string {
  return isTaken(name) ? prefixUntilFree(prefix + name, prefix, isTaken) : name;
}

/** The name for something of our own among the handlers: the application's keep theirs, and ours gets a prefix. */
export function toFreeName(name: string, prefix: string, isTaken: (name: string) => boolean): string {
  return isTaken(name) ? toFreeName(prefix + name, prefix, isTaken) : name;
}

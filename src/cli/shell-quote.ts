/** What no shell takes for something else. */
const PLAIN = /^[\w@%+:,./-]+$/;

/** Text within single quotes, as bash and zsh read it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command as somebody may type it: what is not plain stands in quotes. */
export function toCommandLine(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : quote(word))).join(" ");
}

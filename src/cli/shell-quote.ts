/** Text that no shell interprets. */
const PLAIN = /^[\w@%+:,./-]+$/;

/** Text within single quotes, as bash and zsh read it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command that can be pasted into a shell. Words with special characters are quoted. */
export function toCommandLine(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : quote(word))).join(" ");
}

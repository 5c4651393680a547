/** Formats text as Markdown code, so that a chat does not detect links or mentions in it. */
export function toCode(text: string, maxLength?: number): string {
  return `\`${text.replaceAll("`", "'").replace(/\s+/g, " ").trim().slice(0, maxLength)}\``;
}

/** A fenced code block of a page. */
export interface Block {
  readonly language: string;
  /** Why it is not run; only where the page says so: "```haproxy no-run: needs HAProxy". */
  readonly notRunBecause: string | undefined;
  readonly text: string;
  /** The line of the page that it begins in. */
  readonly line: number;
}

/** What stands under a heading of the first or second level: its js blocks are one program. */
export interface Section {
  readonly heading: string;
  readonly line: number;
  readonly blocks: readonly Block[];
}

const FENCE = /^```(\S*)(?: no-run: (\S.*))?$/;
const HEADING = /^##? (.+)$/;

/** The sections of a page that have code blocks. Throws for code that would be overlooked. */
export function parseSections(markdown: string): Section[] {
  const sections: { heading: string; line: number; blocks: Block[] }[] = [];
  let open:
    | { language: string; notRunBecause: string | undefined; line: number; lines: string[] }
    | undefined;

  for (const [index, text] of markdown.split("\n").entries()) {
    const line = index + 1;
    if (open !== undefined) {
      if (text === "```") {
        const { lines, ...block } = open;
        sections.at(-1)?.blocks.push({ ...block, text: lines.map((each) => `${each}\n`).join("") });
        open = undefined;
      } else {
        open.lines.push(text);
      }
      continue;
    }
    const [, heading] = HEADING.exec(text) ?? [];
    if (heading !== undefined) sections.push({ heading, line, blocks: [] });
    if (/^\s+```|^ {4}|^\t|~~~/.test(text)) throw new Error(`line ${line}: code that no test would see`);
    if (!text.startsWith("```")) continue;
    const [, language = "", notRunBecause] = FENCE.exec(text) ?? [];
    if (language === "") throw new Error(`line ${line}: expected a language, and "no-run: <why>" at most`);
    if (sections.length === 0) throw new Error(`line ${line}: a code block before the first heading`);
    open = { language, notRunBecause, line, lines: [] };
  }
  if (open !== undefined) throw new Error(`line ${open.line}: a code block without an end`);
  return sections.filter(({ blocks }) => blocks.length > 0);
}

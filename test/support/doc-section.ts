import { existsSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { curl } from "./curl.ts";
import type { Block, Section } from "./doc-blocks.ts";
import { runDocumented } from "./doc-cli.ts";
import { type Program, startProgram } from "./doc-program.ts";

/** What a block shows, beside what really came. */
export interface Comparison {
  readonly line: number;
  readonly shown: string;
  readonly came: string;
}

export interface SectionOutcome {
  readonly comparisons: readonly Comparison[];
  /** How many blocks were run, or compared with what came. */
  readonly checked: number;
  /** The blocks that the page itself says are not run. */
  readonly notRun: readonly Block[];
}

/** What a block printed, or what its commands were answered. */
interface Output {
  readonly text: string;
  readonly line: number;
}

type Action = (block: Block) => void | Promise<void>;

const root = join(import.meta.dirname, "../..");

/**
 * Carries out what a section of a page shows:
 *
 * - `js` blocks are one program, run block by block; what a block prints stands in a `text` block behind it
 * - `sh` blocks hold `curl` lines, which ask the program's servers, and whose answers stand in a `text` or `json`
 *   block behind them; `npx svc-status` lines, which are run with the program that was built; or `npm` and other `npx`
 *   lines, which must name what there is
 * - moments are shown as 2026-01-01T00:00:00.000Z, and the name of the instance as orders-7f9c:17
 *
 * Everything else throws, unless it says `no-run` and why.
 */
export async function checkSection(
  { blocks }: Section,
  environment: Readonly<Record<string, string>> = {},
): Promise<SectionOutcome> {
  const comparisons: Comparison[] = [];
  const notRun = blocks.filter(({ notRunBecause }) => notRunBecause !== undefined);
  const toCheck = blocks.filter(({ notRunBecause }) => notRunBecause === undefined);
  const code = toCheck.filter(({ language }) => language === "js").map(({ text }) => text);
  const program = code.length === 0 ? undefined : startProgram(code, root, environment);
  let output: Output | undefined;
  let checked = 0;

  const actions: Readonly<Record<string, Action>> = {
    async js({ line }) {
      expectNothingMore();
      output = { line, text: (await program?.runNextBlock()) ?? "" };
    },
    async sh({ text, line }) {
      expectNothingMore();
      output = { line, text: await runCommands(text, program) };
    },
    text: (block) => compare(block, withFinalNewline),
    json: (block) => compare(block, toOneLine),
  };

  function compare({ language, text, line }: Block, toComparable: (text: string) => string): void {
    if (output === undefined) throw new Error(`line ${line}: nothing was run before this ${language} block`);
    const came = toComparable(withFixedMoments(output.text));
    comparisons.push({ line, shown: toComparable(text), came });
    output = undefined;
  }

  /** Nothing may be printed or answered that the page does not show. */
  function expectNothingMore(): void {
    if (output !== undefined && output.text !== "")
      comparisons.push({ line: output.line, shown: "", came: output.text });
    output = undefined;
  }

  try {
    for (const block of toCheck) {
      const action = actions[block.language];
      if (action === undefined) throw new Error(`line ${block.line}: cannot run ${block.language}`);
      await action(block);
      checked += 1;
    }
    expectNothingMore();
  } finally {
    const complaints = (await program?.stop()) ?? "";
    if (complaints !== "") comparisons.push({ line: toCheck[0]?.line ?? 0, shown: "", came: complaints });
  }
  return { comparisons, checked, notRun };
}

async function runCommands(text: string, program: Program | undefined): Promise<string> {
  let output = "";
  for (const line of text.trimEnd().split("\n")) {
    if (line.startsWith("curl ")) {
      const { output: answer } = await curl(line, program?.ports ?? new Map());
      output += withFinalNewline(answer);
    } else if (line.startsWith("npx svc-status ")) {
      output += await runDocumented(line, program?.ports ?? new Map());
    } else {
      for (const command of line.split(" && ")) expectCommand(command);
    }
  }
  return output;
}

/** The command is one that this package has. It is not run: `npm test` would run itself. */
function expectCommand(command: string): void {
  const [program, verb = "", object = ""] = command.replace(/^(?:[A-Z_]+=\S+ )+/, "").split(" ");
  const isThere: Readonly<Record<string, boolean>> = {
    "npm ci": existsSync(join(root, "package-lock.json")),
    "npm install": object === manifest.name,
    "npm run": object in manifest.scripts,
    "npm start": "start" in manifest.scripts,
    "npm test": "test" in manifest.scripts,
    [`npx ${verb}`]: existsSync(join(root, "node_modules/.bin", verb)),
  };
  if (isThere[`${program} ${verb}`] !== true) throw new Error(`there is no command ${command}`);
}

function withFinalNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** The order of the members counts, the white space does not. */
function toOneLine(json: string): string {
  return JSON.stringify(JSON.parse(json));
}

function withFixedMoments(text: string): string {
  return text
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "2026-01-01T00:00:00.000Z")
    .replace(/\b(OK|YELLOW|RED)( +)\d+ s\b/g, "$1$23 s")
    .replace(/^((?:In service|Decommissioned) for) \d+ s\b/gm, "$1 3 s")
    .replace(/^(Svc-Status-Instance: )\S+:\d+/gm, "$1orders-7f9c:17")
    .replace(/ \(\S+:\d+\)(?= is (?:de)?commissioned)/g, " (orders-7f9c:17)")
    .replace(/^\S+:\d+, started \d+ s ago$/gm, "orders-7f9c:17, started 3 s ago");
}

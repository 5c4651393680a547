import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** `import type { A, B as C } from "./d.js";`, `export { A } from "./d.js";`, `export {};` */
const NAME_LIST = /^(import|export) (?:type )?\{([^}]*)\}(?: from "([^"]+)")?;/;
/** `export type * from "./d.js";` */
const EVERYTHING = /^export (?:type )?\* from "([^"]+)";/;
const LISTED_NAME = /(\w+)(?: as (\w+))?(?=,|\s*$)/g;
const DECLARED_NAME = /^(?:export |declare |abstract )*(?:const|let|function|class|interface|type) (\w+)/;

interface Declarations {
  /** The file's own declarations by name, without doc comments. */
  readonly own: ReadonlyMap<string, string>;
  /** The names that come from other files: local name → file and its name there. */
  readonly foreign: ReadonlyMap<string, readonly [file: string, name: string]>;
  /** The names the file exports. */
  readonly exported: readonly string[];
}

/**
 * What users see of an entry, as one text: the declarations it exports and everything they mention, wherever in
 * the package that stands. Moving a declaration to another file changes nothing here; changing one does.
 */
export function publicApi(entry: string): string {
  const files = new Map<string, Declarations>();
  const seen = new Set<string>();
  const texts: string[] = [];

  function visit(file: string, name: string): void {
    if (seen.has(`${file} ${name}`)) return;
    seen.add(`${file} ${name}`);
    const { own, foreign } = read(file);
    const origin = foreign.get(name);
    if (origin !== undefined) {
      visit(...origin);
      return;
    }
    const text = own.get(name);
    if (text === undefined) throw new Error(`${file} declares no ${name}`);
    texts.push(text);
    const mentioned = text.replaceAll(/"[^"]*"|^ +(?:readonly )?\w+\??(?=[:(<])/gm, "").match(/\w+/g) ?? [];
    for (const word of mentioned) if (own.has(word) || foreign.has(word)) visit(file, word);
  }

  function read(file: string): Declarations {
    const known = files.get(file) ?? parseDeclarations(file, read);
    files.set(file, known);
    return known;
  }

  const { exported } = read(entry);
  for (const name of exported) visit(entry, name);
  return `// Exports: ${exported.join(", ")}\n\n${texts.join("\n")}`;
}

/** The build leaves the indentation out, and `declare` after `export`. */
function toIndented(code: string): string {
  let level = 0;
  const lines = code.split("\n").map((line) => {
    const closed = /^[}\])]/.test(line) ? 1 : 0;
    const indented = line === "" ? "" : "    ".repeat(Math.max(0, level - closed)) + line;
    level += Math.sign((line.match(/[{([]/g) ?? []).length - (line.match(/[})\]]/g) ?? []).length);
    return indented;
  });
  return lines.join("\n").replace(/^export (?=const|let|function|class|abstract)/gm, "export declare ");
}

/** Reads a .d.ts as the build writes it: each statement begins in the first column. */
function parseDeclarations(file: string, read: (file: string) => Declarations): Declarations {
  const code = toIndented(readFileSync(file, "utf8").replace(/^\s*(?:\/\*\*[\s\S]*?\*\/|\/\/\/.*)\n/gm, ""));
  const own = new Map<string, string>();
  const foreign = new Map<string, readonly [string, string]>();
  const exported: string[] = [];

  for (const statement of code.split(/^(?=[a-z])/m)) {
    const everything = EVERYTHING.exec(statement)?.[1];
    if (everything !== undefined) {
      const origin = toDeclarationFile(file, everything);
      for (const name of read(origin).exported) {
        foreign.set(name, [origin, name]);
        exported.push(name);
      }
      continue;
    }
    const list = NAME_LIST.exec(statement);
    if (list !== null) {
      const [, verb, names = "", path] = list;
      const origin = path?.startsWith(".") && toDeclarationFile(file, path);
      for (const [, name = "", alias = name] of names.matchAll(LISTED_NAME)) {
        if (origin) foreign.set(alias, [origin, name]);
        if (verb === "export") exported.push(alias);
      }
      continue;
    }
    const name = DECLARED_NAME.exec(statement)?.[1];
    if (name === undefined) throw new Error(`${file}: no declaration that this reader knows: ${statement}`);
    own.set(name, (own.get(name) ?? "") + statement);
    if (statement.startsWith("export ")) exported.push(name);
  }
  return { own, foreign, exported: [...new Set(exported)].sort() };
}

function toDeclarationFile(importer: string, path: string): string {
  return join(dirname(importer), path.replace(/\.js$/, ".d.ts"));
}

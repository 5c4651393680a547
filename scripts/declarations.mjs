// Keeps only the declarations that the entries need, because whole files would also expose internals.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** `import { type A } from "./b.js";`, `export { A, type B as C } from "./b.js";`, `export {};` */
const NAME_LIST = /^(import|export)( type)? \{([^}]*)\}(?: from "([^"]+)")?;$/;
/** `export type * from "./b.js";` */
const EVERYTHING = /^export (?:type )?\* from "([^"]+)";$/;
const LISTED_NAME = /(type )?(\w+)(?: as (\w+))?/g;
const DECLARED_NAME = /^(?:export |declare |abstract )*(?:const|let|function|class|interface|type) (\w+)/;
const COMMENT = /\/\*\*[\s\S]*?\*\//g;

/** The text of each file that an entry needs, by its path. */
export function pruneDeclarations(entries) {
  const files = new Map();
  const wanted = new Map();

  function read(path) {
    if (!files.has(path)) files.set(path, parseFile(path));
    return files.get(path);
  }

  function want(path, name) {
    const names = wanted.get(path) ?? new Set();
    if (names.has(name)) return;
    wanted.set(path, names.add(name));
    const { own, foreign, all } = read(path);
    const origin = foreign.get(name);
    for (const word of toWords(own.get(name)?.join("\n") ?? "")) wantIfKnown(path, word);
    if (origin?.length > 0) want(...origin);
    for (const other of all) if (listExports(other).includes(name)) want(other, name);
  }

  function wantIfKnown(path, word) {
    const { own, foreign } = read(path);
    if (own.has(word) || foreign.has(word)) want(path, word);
  }

  function listExports(path) {
    const { exported, all } = read(path);
    return [...exported, ...all.flatMap(listExports)];
  }

  for (const entry of entries) {
    wanted.set(entry, wanted.get(entry) ?? new Set());
    for (const name of listExports(entry)) want(entry, name);
  }
  return new Map([...wanted].map(([path, names]) => [path, writeFile(read(path), names)]));
}

/** Reads a .d.ts as tsc writes it: each statement begins in the first column, its comment before it. */
function parseFile(path) {
  const statements = splitStatements(readFileSync(path, "utf8"));
  const own = new Map();
  /** The import of each name, except from other packages. */
  const foreign = new Map();
  const exported = [];
  const all = [];
  for (const { code, text } of statements) {
    const everything = EVERYTHING.exec(code)?.[1];
    const list = NAME_LIST.exec(code);
    const name = DECLARED_NAME.exec(code)?.[1];
    if (everything !== undefined) all.push(toFile(path, everything));
    else if (list !== null) {
      const [, verb, , names, from] = list;
      for (const [, , original, alias = original] of names.matchAll(LISTED_NAME)) {
        if (from !== undefined)
          foreign.set(alias, from.startsWith(".") ? [toFile(path, from), original] : []);
        if (verb === "export") exported.push(alias);
      }
    } else if (name !== undefined) {
      own.set(name, [...(own.get(name) ?? []), text]);
      if (code.startsWith("export ")) exported.push(name);
    } else if (!code.startsWith("///")) throw new Error(`${path}: expected a known declaration, got ${code}`);
  }
  return { statements, own, foreign, exported, all };
}

function splitStatements(text) {
  const statements = [];
  let comment = "";
  // A statement ends before the next line that begins in the first column with anything but a closing
  // bracket.
  for (const part of text.split(/^(?=\/\/\/|\/\*\*|[a-z])/m)) {
    if (part.startsWith("/**")) {
      comment = part;
      continue;
    }
    statements.push({ code: part.trimEnd(), text: comment + part });
    comment = "";
  }
  return statements;
}

function writeFile({ statements, own, exported }, names) {
  const lines = statements.flatMap(({ code, text }) => {
    const list = NAME_LIST.exec(code);
    const name = DECLARED_NAME.exec(code)?.[1];
    if (name !== undefined && own.has(name)) return names.has(name) ? [text] : [];
    return list === null || list[3].trim() === "" ? [text] : writeList(list, names);
  });
  const isModule = lines.some((line) => /^(?:import|export) /m.test(line)) || exported.length > 0;
  return shrink(lines.join("") + (isModule ? "" : "export {};\n"));
}

function writeList([, verb, type = "", list, from], names) {
  const kept = [...list.matchAll(LISTED_NAME)].filter(([, , name, alias = name]) => names.has(alias));
  if (kept.length === 0) return [];
  const origin = from === undefined ? "" : ` from "${from}"`;
  return [`${verb}${type} { ${kept.map(([text]) => text).join(", ")} }${origin};\n`];
}

/** Indents by one space per level. Comments are not changed. */
function shrink(text) {
  return text.replace(/^( {4})+/gm, (spaces) => " ".repeat(spaces.length / 4));
}

function toWords(code) {
  return new Set(
    code
      .replace(COMMENT, "")
      .replaceAll(/"[^"]*"/g, "")
      .match(/\w+/g),
  );
}

function toFile(importer, path) {
  return join(dirname(importer), path.replace(/\.js$/, ".d.ts"));
}

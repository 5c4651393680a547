// Keeps only the declarations that the entries need, because whole files would also expose internals. Joins the
// files between the entries to one, which needs few imports.
import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** `import { type A } from "./b.js";`, `export { A, type B as C } from "./b.js";`, `export {};` */
const NAME_LIST = /^(import|export)( type)? \{([^}]*)\}(?: from "([^"]+)")?;$/;
/** `export type * from "./b.js";` */
const EVERYTHING = /^export (?:type )?\* from "([^"]+)";$/;
const LISTED_NAME = /(type )?(\w+)(?: as (\w+))?/g;
const DECLARED_NAME = /^(?:export |declare |abstract )*(?:const|let|function|class|interface|type) (\w+)/;
const NODE = /\bNodeJS\./;
/** The file with the joined declarations, next to the entry of the package. */
const JOINED = "types.d.ts";
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
  const pruned = new Map([...wanted].map(([path, names]) => [path, pruneFile(read(path), names)]));
  const starred = new Set([...wanted.keys()].flatMap((path) => read(path).all));
  return joinFiles(
    pruned,
    findJoinable(pruned, (path) => entries.includes(path) || starred.has(path)),
  );
}

/** The parts of each file that stay: declarations as they are, and lists of names. */
function pruneFile({ statements, own, exported }, names) {
  const parts = statements.flatMap(({ code, text }) => {
    const list = NAME_LIST.exec(code);
    const name = DECLARED_NAME.exec(code)?.[1];
    if (name !== undefined && own.has(name)) return names.has(name) ? [{ name, text }] : [];
    if (list === null) return [{ reference: text }];
    const [, verb, type = "", listed, from] = list;
    const kept = [...listed.matchAll(LISTED_NAME)].filter(([, , each, alias = each]) => names.has(alias));
    const isEmpty = listed.trim() === "";
    return kept.length > 0 || isEmpty ? [{ verb, type, from, listed: kept.map(([each]) => each) }] : [];
  });
  return { parts, isModule: exported.length > 0 };
}

/**
 * The files to join. Excluded are files whose names another file has, too, and files that need Node.js or
 * another package, directly or not: an entry for other runtimes must compile without them.
 */
function findJoinable(files, isKept) {
  const toImports = (path) =>
    files.get(path).parts.flatMap(({ from }) => (from?.startsWith(".") ? toFile(path, from) : []));
  const special = new Set([...files].filter(([, file]) => needsPackage(file)).map(([path]) => path));
  for (let size = -1; size < special.size; ) {
    size = special.size;
    for (const path of files.keys())
      if (toImports(path).some((imported) => special.has(imported))) special.add(path);
  }
  const names = new Set();
  return new Set(
    [...files].flatMap(([path, { parts }]) => {
      const own = parts.flatMap(({ name }) => name ?? []);
      if (isKept(path) || special.has(path) || own.some((name) => names.has(name))) return [];
      for (const name of own) names.add(name);
      return [path];
    }),
  );
}

function needsPackage({ parts }) {
  return parts.some(({ from = ".", text = "" }) => !from.startsWith(".") || NODE.test(text));
}

/** The text of each file by its path, with one file for all that are joined. */
function joinFiles(files, joined) {
  const [anEntry] = files.keys();
  const target = join(dirname(anEntry), JOINED);
  const texts = new Map();
  const all = { parts: [], isModule: true };
  for (const [path, file] of files) {
    const parts = file.parts.map((part) => (part.from?.startsWith(".") ? locate(path, part) : part));
    if (joined.has(path))
      all.parts.push(...parts.filter(({ from, verb }) => !verb || (from && from !== target)));
    else texts.set(path, writeFile(path, { ...file, parts }));
  }
  return texts.set(target, writeFile(target, all));

  function locate(path, part) {
    const origin = toFile(path, part.from);
    return { ...part, from: joined.has(origin) ? target : origin };
  }
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

function writeFile(path, { parts, isModule }) {
  const lists = new Map();
  for (const { verb, type, from, listed } of parts.filter((part) => part.verb)) {
    const key = `${verb}${type} ${from ?? ""}`;
    lists.set(key, { verb, type, from, listed: new Set([...(lists.get(key)?.listed ?? []), ...listed]) });
  }
  const lines = [...lists.values()].map((list) => writeList(path, list));
  const references = new Set(parts.flatMap(({ reference }) => reference ?? []));
  const texts = [...references, ...lines, ...parts.flatMap(({ text }) => text ?? [])];
  const hasModuleSyntax = isModule || texts.some((text) => /^(?:import|export) /m.test(text));
  return shrink(texts.join("") + (hasModuleSyntax ? "" : "export {};\n"));
}

function writeList(path, { verb, type, from, listed }) {
  const names = listed.size === 0 ? "{}" : `{ ${[...listed].join(", ")} }`;
  return `${verb}${type} ${names}${from === undefined ? "" : ` from "${toPath(path, from)}"`};\n`;
}

/** How a file names another one, or a package. */
function toPath(importer, file) {
  if (!file.endsWith(".d.ts")) return file;
  const path = relative(dirname(importer), file.replace(/\.d\.ts$/, ".js"));
  return path.startsWith(".") ? path : `./${path.split(sep).join("/")}`;
}

/**
 * Lines lose their indentation, and comments the frame of asterisks, because editors show neither. In a declaration
 * file, `export` implies `declare`.
 */
function shrink(text) {
  return text
    .replace(/^(?: {4})+/gm, "")
    .replace(/^export declare /gm, "export ")
    .replace(COMMENT, removeFrame);
}

/** Without asterisks, an indented line of an example would lose its spaces. */
function removeFrame(comment) {
  if (/^ *\* {2}/m.test(comment)) return comment;
  return comment
    .replace(/^\/\*\*\n *\* /, "/** ")
    .replace(/\n *\*\/$/, " */")
    .replace(/\n *\* ?/g, "\n");
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

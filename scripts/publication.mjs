// The settings of a publisher, and what depends on them. npm calls this script before and after packing (see
// package.json): the tarball gets the fields and links of the repository, and then the working copy is
// restored.
//
//   node scripts/publication.mjs apply | restore | check
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The URL of the repository, such as "https://github.com/owner/svc-status", without a final slash. If
 * undefined, the project is not published: package.json names no repository, and the packed pages do not link
 * to one.
 */
export const REPOSITORY_URL = undefined;

/** The files that name the repository, or link to its files. */
const FILES = ["package.json", "README.md"];

const SHIPPED = /^README\.md(?:#|$)|^LICENSE$/;
const CODE = /(^```[\s\S]*?^```$)/m;
/** Spaces and dashes that align the columns of a table in its source. */
const PADDING = /(?<=^\|.*) {2,}(?=\|)|(?<=^\|.* -{3})-+/gm;
const IMAGE = /!\[([^\]]*)\]\(([^)\s]+)\)/g;
/** The link text may contain images, and brackets in code. */
const LINK = /(?<!!)\[((?:`[^`]*`|!\[[^\]]*\]\([^)]*\)|[^[\]])*)\]\(([^)\s]+)\)/g;

/** npm takes the scripts that it runs after packing from the packed package.json. */
const AFTER_PACKING = ["postpack", "postpublish"];

/** The manifest without what only this repository needs. */
export function withoutTools({ devDependencies: _, scripts, ...manifest }) {
  const kept = Object.entries(scripts).filter(([name]) => AFTER_PACKING.includes(name));
  return { ...manifest, scripts: Object.fromEntries(kept) };
}

/** The exports, which name a declaration only if it is not next to the file: TypeScript finds it there. */
export function toShortExports(exports) {
  const shorten = (files) => {
    const { types, default: file, ...others } = files;
    const isNextToIt = types === file?.replace(/\.js$/, ".d.ts") && Object.keys(others).length === 0;
    return isNextToIt ? file : files;
  };
  return Object.fromEntries(Object.entries(exports).map(([entry, files]) => [entry, shorten(files)]));
}

function toPackedManifest(manifest) {
  return { ...withoutTools(manifest), exports: toShortExports(manifest.exports) };
}

/** Without indentation, and lists of one item in one line. */
function toManifestText(manifest) {
  return `${JSON.stringify(manifest, null, 1)
    .replace(/^ +/gm, "")
    .replace(/\[\s+("[^"]*")\s+\]/g, "[$1]")}\n`;
}

/** The fields of package.json that npm shows as links. */
export function toManifest(manifest, repositoryUrl) {
  if (repositoryUrl === undefined) return manifest;
  return {
    ...manifest,
    repository: { type: "git", url: `git+${repositoryUrl}.git` },
    homepage: `${repositoryUrl}#readme`,
    bugs: { url: `${repositoryUrl}/issues` },
  };
}

/**
 * A page whose links work outside the repository: they lead to its files at the tag of this version, or
 * become plain text. Its tables are not aligned, and the demo is left to the repository.
 */
export function toPackedPage(markdown, { repositoryUrl, version }) {
  const toAddress = (kind, target) => `${repositoryUrl}/${kind}/v${version}/${target}`;
  const isPublished = repositoryUrl !== undefined;

  function toPackedImage(image, text, target) {
    if (/^https?:/.test(target)) return image;
    return isPublished ? `![${text}](${toAddress("raw", target)})` : "";
  }
  function toPackedLink(link, text, target) {
    if (/^(?:https?:|#)/.test(target) || SHIPPED.test(target)) return link;
    return isPublished ? `[${text}](${toAddress("blob", target)})` : text;
  }
  const toPackedProse = (prose) =>
    prose.replace(IMAGE, toPackedImage).replace(LINK, toPackedLink).replace(PADDING, toSpace);
  const toSpace = (padding) => (padding.startsWith("-") ? "" : " ");
  // The first needs a clone of the repository, the second its pages.
  const useless = ["Try the demo", ...(isPublished ? [] : ["Documentation"])];
  const parts = useless
    .reduce(withoutSection, markdown)
    .split(CODE)
    .map((part) => (part.startsWith("```") ? part : toPackedProse(part)));
  return parts.join("").replace(/\n{3,}/g, "\n\n");
}

/** Removes a section, and the link to it in the table of contents. */
function withoutSection(markdown, title) {
  return markdown.replace(new RegExp(`^## ${title}\\n[\\s\\S]*?(?=^## )|^- \\[${title}\\].*\\n`, "gm"), "");
}

/** Overwrites the files of `root` with the packed versions, and keeps the originals. */
export function apply(root, repositoryUrl = REPOSITORY_URL) {
  restore(root); // an earlier run may have been interrupted
  const originals = join(root, ORIGINALS);
  mkdirSync(originals, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const file of FILES) {
    const text = readFileSync(join(root, file), "utf8");
    const packed =
      file === "package.json"
        ? toManifestText(toManifest(toPackedManifest(manifest), repositoryUrl))
        : toPackedPage(text, { repositoryUrl, version: manifest.version });
    writeFileSync(join(originals, file), text);
    writeFileSync(join(root, file), packed);
  }
}

/** Restores the originals, if there are any. */
export function restore(root) {
  const originals = join(root, ORIGINALS);
  if (!existsSync(originals)) return;
  for (const file of FILES)
    if (existsSync(join(originals, file)))
      writeFileSync(join(root, file), readFileSync(join(originals, file), "utf8"));
  rmSync(originals, { recursive: true });
}

/** Fails if no publisher has set where the project is hosted. */
function check() {
  if (REPOSITORY_URL !== undefined) return;
  console.error("scripts/publication.mjs: set REPOSITORY_URL before you publish; CONTRIBUTING.md says how");
  process.exitCode = 1;
}

const ORIGINALS = ".unpacked";

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const root = join(import.meta.dirname, "..");
  const isPublishing = process.env.npm_command === "publish";
  const commands = {
    apply: () => apply(root),
    // Between "postpack" and the upload, npm reads package.json and the README again.
    packed: () => isPublishing || restore(root),
    restore: () => restore(root),
    check,
  };
  commands[process.argv[2]]();
}

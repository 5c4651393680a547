// What a publisher sets, and what follows from it. npm calls this script around packing (see package.json): the
// tarball gets the fields and links of the repository, and the working copy is restored afterwards.
//
//   node scripts/publication.mjs apply | restore | check
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Where the project is hosted, such as "https://github.com/owner/svc-status", without a final slash.
 * Undefined: not published. package.json then names no repository, and the packed pages have no link to one.
 */
export const REPOSITORY_URL = undefined;

/** The files that name the repository, or link to files of it. */
const FILES = ["package.json", "README.md", "CHANGELOG.md"];

const SHIPPED = /^(?:README|CHANGELOG)\.md(?:#|$)|^LICENSE$/;
const CODE = /(^```[\s\S]*?^```$)/m;
const IMAGE = /!\[([^\]]*)\]\(([^)\s]+)\)/g;
/** Its text may hold images. */
const LINK = /(?<!!)\[((?:!\[[^\]]*\]\([^)]*\)|[^[\]])*)\]\(([^)\s]+)\)/g;

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

/** A page whose links work outside the repository: to its files at the tag of this version, or as plain text. */
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
  const toPackedProse = (prose) => prose.replace(IMAGE, toPackedImage).replace(LINK, toPackedLink);
  const parts = markdown.split(CODE).map((part) => (part.startsWith("```") ? part : toPackedProse(part)));
  return parts.join("").replace(/\n{3,}/g, "\n\n");
}

/** Writes what is packed over the files of `root`, and keeps the originals. */
export function apply(root, repositoryUrl = REPOSITORY_URL) {
  restore(root); // an earlier run may have been interrupted
  const originals = join(root, ORIGINALS);
  mkdirSync(originals, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const file of FILES) {
    const text = readFileSync(join(root, file), "utf8");
    const packed =
      file === "package.json"
        ? `${JSON.stringify(toManifest(manifest, repositoryUrl), null, 2)}\n`
        : toPackedPage(text, { repositoryUrl, version: manifest.version });
    writeFileSync(join(originals, file), text);
    writeFileSync(join(root, file), packed);
  }
}

/** Puts the originals back, if there are any. */
export function restore(root) {
  const originals = join(root, ORIGINALS);
  if (!existsSync(originals)) return;
  for (const file of FILES)
    if (existsSync(join(originals, file)))
      writeFileSync(join(root, file), readFileSync(join(originals, file), "utf8"));
  rmSync(originals, { recursive: true });
}

/** Nothing is published before a publisher has said where the project is hosted. */
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
    // npm reads package.json and the README once more between "postpack" and the upload.
    packed: () => isPublishing || restore(root),
    restore: () => restore(root),
    check,
  };
  commands[process.argv[2]]();
}

/** How the sentinel's thread is found. */
export type Sentinel = "found" | "asks";

/** A bundler, and how it is called on `app.mjs`. */
export interface Bundling {
  /** The name on npm. */
  readonly tool: keyof typeof BUNDLERS;
  readonly output: string;
  readonly commands: readonly (readonly string[])[];
  /** What starts what the commands wrote. */
  readonly start: readonly string[];
  readonly sentinel: Sentinel;
}

/** A test runner, and how it reads the tests. */
export interface Running {
  readonly tool: string;
  readonly version: string;
  readonly reads: string;
}

/** What is installed for the bundlers, in one folder. */
export const BUNDLERS = {
  esbuild: "0.25.11",
  rollup: "4.68.8",
  webpack: "5.113.0",
  "@rspack/core": "1.7.12",
  "@vercel/ncc": "0.38.4",
  bun: "1.4.5",
  postject: "1.0.0-alpha.6",
} as const;

/** What these need beside themselves. */
export const BESIDE_BUNDLERS = {
  "@rollup/plugin-commonjs": "29.0.3",
  "@rollup/plugin-node-resolve": "16.0.3",
  "@rspack/cli": "1.7.12",
  "webpack-cli": "6.0.1",
} as const;

export const JEST = { 29: "29.7.0", 30: "30.5.2" } as const;

export const BESIDE_JEST = {
  "@babel/core": "7.29.13",
  "@babel/preset-env": "7.29.14",
  // The last release of Nest in CommonJS.
  "@nestjs/common": "11.2.10",
  "@nestjs/core": "11.2.10",
  "@swc/core": "1.16.22",
  "@swc/jest": "0.2.39",
  "@types/jest": "30.0.0",
  "prom-client": "15.1.3",
  "reflect-metadata": "0.2.2",
  rxjs: "7.8.2",
  "ts-jest": "29.4.15",
  typescript: "5.9.3",
} as const;

export const VITEST = "4.1.12";
export const NEXT = "16.4.6";

const ESBUILD = ["esbuild", "app.mjs", "--bundle", "--platform=node", "--log-level=warning"] as const;
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

export const BUNDLINGS: readonly Bundling[] = [
  {
    tool: "esbuild",
    output: "ES module",
    commands: [[...ESBUILD, "--format=esm", "--outfile=out/app.mjs"]],
    start: ["node", "app.mjs"],
    sentinel: "asks",
  },
  {
    tool: "esbuild",
    output: "CommonJS",
    commands: [[...ESBUILD, "--outfile=out/app.cjs"]],
    start: ["node", "app.cjs"],
    sentinel: "asks",
  },
  {
    tool: "rollup",
    output: "ES module, with the plugins node-resolve and commonjs",
    commands: [
      [
        "rollup",
        "app.mjs",
        "-p",
        "node-resolve",
        "-p",
        "commonjs",
        "-d",
        "out",
        "--entryFileNames",
        "app.mjs",
      ],
    ],
    start: ["node", "app.mjs"],
    sentinel: "asks",
  },
  {
    tool: "webpack",
    output: "CommonJS",
    commands: [["webpack", "./app.mjs", "--target", "node", "--mode", "production", "-o", "out"]],
    start: ["node", "main.js"],
    sentinel: "found",
  },
  {
    tool: "@rspack/core",
    output: "CommonJS",
    commands: [["rspack", "build", "--config", "rspack.config.cjs"]],
    start: ["node", "main.js"],
    sentinel: "found",
  },
  {
    tool: "@vercel/ncc",
    output: "ES module",
    commands: [["ncc", "build", "app.mjs", "-o", "out"]],
    start: ["node", "index.mjs"],
    sentinel: "found",
  },
  {
    tool: "bun",
    output: "one executable: `bun build --compile`",
    commands: [
      // Puts the binary of an optional package in its place.
      ["node", "node_modules/bun/install.js"],
      ["bun", "build", "--compile", "app.mjs", "--outfile", "out/app"],
    ],
    start: ["./app"],
    sentinel: "asks",
  },
  {
    tool: "postject",
    output: "one executable of Node.js, from a bundle of esbuild",
    commands: [
      [...ESBUILD, "--outfile=sea.cjs"],
      ["node", "--experimental-sea-config", "sea.json"],
      ["cp", process.execPath, "out/app"],
      ["postject", "out/app", "NODE_SEA_BLOB", "sea.blob", "--sentinel-fuse", FUSE],
    ],
    start: ["./app"],
    sentinel: "asks",
  },
];

const SENTINEL_WORDS: Readonly<Record<Sentinel, string>> = {
  found: "works",
  asks: "works once its file is copied",
};

/** What the tests of bundlers try, as a table of the documentation. */
export function renderBundlers(): string {
  const rows = BUNDLINGS.map(({ tool, output, sentinel }) => [
    `${tool} ${BUNDLERS[tool]}`,
    output,
    "works",
    "works",
    SENTINEL_WORDS[sentinel],
  ]);
  const next = [
    `next ${NEXT}`,
    "route handlers next to `instrumentation.js`",
    "works",
    "not tried",
    "not tried",
  ];
  return renderTable(["bundler", "output", "page", "drain", "sentinel"], [...rows, next]);
}

/** What the tests of test runners try, as a table of the documentation. */
export function renderRunners(): string {
  return renderTable(
    ["test runner", "reads the tests with"],
    RUNNINGS.map(({ tool, version, reads }) => [`${tool} ${version}`, reads]),
  );
}

export const TRANSFORMS = ["babel-jest", "ts-jest", "@swc/jest"] as const;

const RUNNINGS: readonly Running[] = [
  ...Object.values(JEST).flatMap((version) =>
    TRANSFORMS.map((transform) => ({ tool: "jest", version, reads: toReads(transform, version) })),
  ),
  { tool: "vitest", version: VITEST, reads: "itself" },
  { tool: "node:test", version: "of Node.js 20, 22, 24 and 26", reads: "Node.js" },
];

function toReads(transform: (typeof TRANSFORMS)[number], jestVersion: string): string {
  return `${transform} ${transform === "babel-jest" ? jestVersion : BESIDE_JEST[transform]}`;
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const toLine = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [toLine(head), rule, ...rows.map(toLine)].join("\n");
}

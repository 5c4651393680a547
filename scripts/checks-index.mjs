// Writes docs/checks/README.md from the pages beside it; with --print, only shows what it would write.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../docs/checks");

const KINDS = [
  ["kind", "means"],
  ["`refused`", "something answers there, and does not want to"],
  ["`unreachable`", "there is no way to that network or host"],
  ["`DNS`", "the name does not resolve"],
  ["`TLS`", "no secure connection: a certificate, a protocol version"],
  ["`authentication`", "the password, the token or the rights are wrong"],
  ["`timeout`", "no answer in time"],
  ["`closed`", "the connection was lost or closed"],
  ["`wrong answer`", "it answers, but not as it should"],
  ["`failed`", "anything else, in the words of the client"],
];

const INTRODUCTION = `# Ready-made checks

A check is a status handler for a real thing. It asks through the client that your application has, imports no driver, and opens no connection that your application did not open; those that have no client (\`dns\`, \`http\`, \`smtp\`, \`tcp\`, \`tlsCertificate\`) close theirs.

What was measured stands in the detail beside its limits, and as numbers in the Prometheus format. An option that begins with \`warn\` makes it YELLOW, one that begins with \`max\` or \`min\` RED. What begins with \`max\` or \`min\` and is left out never makes it RED, unless a default is named.

The detail of a failure begins with its kind, so that you know where to look:

${renderTable(KINDS)}
A client that cannot be told to stop is not asked again and again while it hangs: its handler is RED, \`timed out\`, and is called ever more rarely until it answers. URLs lose their user name and password, and \`password=\`, \`token=\`, \`secret=\` and \`key=\` their values, before a detail is shown.

`;

function toRow(file) {
  const [heading = "", , summary = ""] = readFileSync(join(folder, file), "utf8").split("\n");
  const name = heading.replace("# ", "");
  return [`[\`${name}\`](${file})`, `\`svc-status/checks/${file.replace(".md", "")}\``, summary];
}

/** With columns of one width, as the formatter wants them. */
function renderTable(rows) {
  const widths = rows[0].map((_cell, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])));
  const [head, ...body] = [lines[0], widths.map((width) => "-".repeat(width)), ...lines.slice(1)];
  return [head, ...body].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

const files = readdirSync(folder)
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .sort();
const table = renderTable([["check", "from", "what it asks"], ...files.map(toRow)]);
const index = `${INTRODUCTION}## All checks\n\n${table}`;

if (process.argv.includes("--print")) process.stdout.write(index);
else writeFileSync(join(folder, "README.md"), index);

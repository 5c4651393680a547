// Writes docs/checks/README.md from the pages in the same folder. With --print, only prints it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../docs/checks");

const KINDS = [
  ["kind", "meaning"],
  ["`refused`", "the host answers, and refuses the connection or the request"],
  ["`unreachable`", "there is no route to that network or host"],
  ["`DNS`", "the name does not resolve"],
  ["`TLS`", "no secure connection: a certificate, a protocol version"],
  ["`authentication`", "the password, the token or the permissions are wrong"],
  ["`timeout`", "no answer in time"],
  ["`closed`", "the connection was lost or closed"],
  ["`wrong answer`", "it answers, but not as expected"],
  ["`failed`", "anything else, with the message of the client"],
];

const INTRODUCTION = `# Ready-made checks

A check is a status handler for a database, a broker, a disk or another resource. It uses the client that your application already has, imports no driver, and opens no connection that your application did not open. The checks without a client (\`dns\`, \`http\`, \`smtp\`, \`tcp\`, \`tlsCertificate\`) close their connections.

The detail shows each measured value next to its limits, and the Prometheus format shows the values as numbers. An option that begins with \`warn\` makes it YELLOW. An option that begins with \`max\` or \`min\` makes it RED. Without a default such a limit does not apply until you set it.

The detail of a failure begins with its kind, so that you know where to look:

${renderTable(KINDS)}
Some clients cannot abort a request. While such a request hangs, its handler is RED, \`timed out\`, and is called less and less often until it answers. [Secrets that the library recognizes](../handlers.md#secrets-in-messages) are replaced by \`***\` before a detail is shown.

`;

function toRow(file) {
  const [heading = "", , summary = ""] = readFileSync(join(folder, file), "utf8").split("\n");
  const name = heading.replace("# ", "");
  return [`[\`${name}\`](${file})`, `\`svc-status/checks/${file.replace(".md", "")}\``, summary];
}

/** With columns of equal width, like the formatter. */
function renderTable(rows) {
  const widths = rows[0].map((_cell, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])));
  const [head, ...body] = [lines[0], widths.map((width) => "-".repeat(width)), ...lines.slice(1)];
  return [head, ...body].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

const files = readdirSync(folder)
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .sort();
const table = renderTable([["check", "import from", "what it does"], ...files.map(toRow)]);
const index = `${INTRODUCTION}## All checks\n\n${table}`;

if (process.argv.includes("--print")) process.stdout.write(index);
else writeFileSync(join(folder, "README.md"), index);

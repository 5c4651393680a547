import { runCli } from "./cli.ts";
import { toWords } from "./words.ts";

const COMMAND = /^npx svc-status (.*?)(; echo \$\?)?$/;

/**
 * Runs a line such as `npx svc-status show localhost:8080; echo $?`, as documents show it, and gives what somebody
 * sees: what it printed on both channels, and its exit status where that is printed.
 */
export async function runDocumented(line: string, ports: ReadonlyMap<number, number>): Promise<string> {
  const [, command = "", echo] = COMMAND.exec(line) ?? [];
  const args = toWords(toReal(command, ports));
  const { code, stdout, stderr } = await runCli(args);
  return toShown(`${stdout}${stderr}${echo === undefined ? "" : `${code}\n`}`, ports);
}

/** Servers of documents got other ports than those that they asked for. */
function toReal(command: string, ports: ReadonlyMap<number, number>): string {
  return command.replace(/\blocalhost:(\d+)/g, (address, port) => {
    const real = ports.get(Number(port));
    return real === undefined ? address : `127.0.0.1:${real}`;
  });
}

function toShown(text: string, ports: ReadonlyMap<number, number>): string {
  return [...ports].reduce(
    (shown, [wanted, real]) => shown.replaceAll(`127.0.0.1:${real}`, `localhost:${wanted}`),
    text,
  );
}

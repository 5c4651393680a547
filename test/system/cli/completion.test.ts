import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { runCli } from "../../support/cli.ts";
import { run } from "../../support/run.ts";
import { describeWithProgram } from "../../support/system.ts";
import { startTerminal, type Terminal } from "../../support/terminal.ts";

/** What a shell reads: its script in a file, and two files to complete. */
async function writeScript(shell: string, name: string): Promise<{ folder: string; script: string }> {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { code, stdout } = await runCli(["completion", shell]);
  expect(code).toBe(0);
  const script = join(folder, name);
  writeFileSync(script, stdout);
  for (const file of ["authority.pem", "it's.pem"]) writeFileSync(join(folder, file), "");
  return { folder, script };
}

/** Types a line, lets the shell complete it at each `⇥`, and gives what then stands on the screen. */
async function complete(terminal: Terminal, line: string, shown: RegExp): Promise<void> {
  await terminal.press("C-u", "C-l");
  for (const piece of line.split(/(⇥)/)) {
    if (piece === "⇥") await terminal.press("Tab");
    else if (piece !== "") await terminal.type(piece);
  }
  await terminal.waitFor(shown);
}

const NAMES = Object.keys(COMMANDS);

describeWithProgram(["tmux", "bash"], "completion in bash", () => {
  test("offers commands, options, words and files", async () => {
    const { folder, script } = await writeScript("bash", "svc-status.bash");
    const terminal = await startTerminal("bash --norc --noprofile");
    await terminal.type(
      `PS1='$ '; cd ${folder}; source ${script}; bind 'set show-all-if-ambiguous on'; clear`,
    );
    await terminal.press("Enter");
    await terminal.waitFor(/^\$$/);
    await complete(
      terminal,
      "svc-status ⇥",
      new RegExp(NAMES.map((name) => `(?=[^]*\\b${name}\\b)`).join("")),
    );
    await complete(
      terminal,
      "svc-status sh⇥ --fo⇥ nag⇥x",
      /^\$ svc-status show {1,2}--format {1,2}nagios x$/m,
    );
    await complete(terminal, "svc-status show --format=ng⇥⇥", /^\$ svc-status show --format=ng$/m);
    await complete(terminal, "svc-status show --format=na⇥x", /^\$ svc-status show --format=nagios x$/m);
    await complete(terminal, "svc-status show --ca aut⇥x", /^\$ svc-status show --ca authority\.pem x$/m);
    await complete(terminal, "svc-status completion z⇥x", /^\$ svc-status completion zsh x$/m);
  });
});

describeWithProgram(["tmux", "zsh"], "completion in zsh", () => {
  test.each(["in a folder of fpath", "sourced"])(
    "offers commands, options, words and files, %s",
    async (how) => {
      const { folder, script } = await writeScript("zsh", "_svc-status");
      const terminal = await startTerminal("zsh -f");
      const load =
        how === "sourced" ? `compinit -u -D; source ${script}` : `fpath=(${folder} $fpath); compinit -u -D`;
      await terminal.type(`PS1='$ '; cd ${folder}; autoload -Uz compinit; ${load}; clear`);
      await terminal.press("Enter");
      await terminal.waitFor(/^\$$/);
      await complete(
        terminal,
        "svc-status ⇥",
        new RegExp(
          [...NAMES]
            .sort()
            .map((name) => `^${name} +-- `)
            .join("[\\s\\S]*"),
          "m",
        ),
      );
      await complete(terminal, "svc-status sho⇥--fo⇥nag⇥x", /^\$ svc-status show --format[= ]nagios x$/m);
      await complete(terminal, "svc-status show --ca aut⇥x", /^\$ svc-status show --ca authority\.pem x$/m);
      await complete(terminal, "svc-status completion z⇥x", /^\$ svc-status completion zsh x$/m);
      await complete(terminal, "svc-status wait -⇥", /--interval +-i +-- Pause between two requests/);
    },
  );
});

describeWithProgram(["fish"], "completion in fish", () => {
  async function offers(script: string, line: string): Promise<string[]> {
    const { code, stdout, stderr } = await run(
      "fish",
      ["--no-config", "-c", `source ${script}; complete -C '${line}'`],
      "/",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout
      .trimEnd()
      .split("\n")
      .map((offer) => offer.split("\t")[0] ?? "");
  }

  test("offers commands, options, words and files", async () => {
    const { folder, script } = await writeScript("fish", "svc-status.fish");
    expect(await offers(script, "svc-status ")).toEqual(expect.arrayContaining(NAMES));
    expect(await offers(script, "svc-status show --fo")).toEqual(["--format"]);
    expect(await offers(script, "svc-status show --format na")).toEqual(["nagios"]);
    expect(await offers(script, "svc-status show --format=na")).toEqual(["--format=nagios"]);
    expect(await offers(script, "svc-status show --inter")).toEqual([""]);
    expect(await offers(script, `svc-status show --ca ${folder}/aut`)).toEqual([`${folder}/authority.pem`]);
    expect((await offers(script, "svc-status completion ")).sort()).toEqual(["bash", "fish", "zsh"]);
  });
});

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startService } from "../../cli/service.ts";
import { BIN } from "../../support/cli.ts";
import { findFreePort } from "../../support/free-port.ts";
import { findTree } from "../../support/process-tree.ts";
import { describeWithProgram } from "../../support/system.ts";
import { startTerminal, type Terminal, type TerminalOptions } from "../../support/terminal.ts";

/** As tmux writes it. */
const INVERSE = "7m";

/** A shell with a short prompt that knows `svc-status`. */
async function startShell(options: TerminalOptions = {}): Promise<Terminal> {
  const terminal = await startTerminal("bash --norc --noprofile", options);
  await terminal.type(`PS1='$ '; alias svc-status='${process.execPath} ${BIN}'; clear`);
  await terminal.press("Enter");
  await terminal.waitFor(/^\$$/);
  return terminal;
}

const DRAIN = new URL("../../../dist/drain/index.js", import.meta.url).href;

function writeScript(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "service.mjs");
  writeFileSync(file, text);
  return file;
}

async function enter(terminal: Terminal, line: string): Promise<void> {
  await terminal.type(line);
  await terminal.press("Enter");
}

/** A shell in which `wait` waits for a service that is not there. */
async function startWaitInVain(): Promise<Terminal> {
  const terminal = await startShell();
  await enter(terminal, `svc-status wait 127.0.0.1:${await findFreePort()}`);
  await terminal.waitFor(/connection refused/);
  return terminal;
}

/** The main screen with its prompt, a cursor that is seen, and keys that are shown and read in lines. */
async function expectCleanTerminal(terminal: Terminal, exitStatus: number): Promise<void> {
  await enter(terminal, "echo exit=$? $(stty -a | grep -oE '(^| )-?(icanon|echo|isig)\\b')");
  const screen = await terminal.waitFor(/^exit=\d+/m);
  expect(screen).toMatch(new RegExp(`^exit=${exitStatus} isig icanon echo$`, "m"));
  expect(await terminal.ask("alternate_on")).toBe("0");
  expect(await terminal.ask("cursor_flag")).toBe("1");
}

describeWithProgram(["tmux", "bash"], "in a terminal", () => {
  test("show has colours, unless they are not wanted, and cuts what is too wide", async () => {
    const { address, registry } = await startService();
    registry.addStatusHandler("Database", () => ({ state: "RED", detail: "数据".repeat(50) }));
    const terminal = await startShell({ columns: 40 });
    await enter(terminal, `svc-status show ${address}`);
    const screen = await terminal.waitFor(/^RED: 1 of 1 failing/m);
    expect(screen).toMatch(/^Database {2}RED {5}\d+ s +(?:数据)+数?…$/m);
    expect(await terminal.read({ withColors: true })).toContain("\u001b[1m\u001b[31mRED");
    for (const [index, plain] of ["NO_COLOR=1 svc-status show", "svc-status show --no-color"].entries()) {
      await enter(terminal, `clear; ${plain} ${address}; echo done=${index}`);
      await terminal.waitFor(new RegExp(`^done=${index}`, "m"));
      expect(await terminal.read({ withColors: true })).not.toContain("\u001b");
    }
  });

  test("wait says what it waits for in one line that moves, and leaves none of it behind", async () => {
    const { address, registry } = await startService();
    let state: "RED" | "OK" = "RED";
    registry.addStatusHandler("Database", () => ({ state, detail: "starting ".repeat(20) }));
    const terminal = await startShell({ columns: 80 });
    await enter(terminal, `svc-status wait ${address} --interval 50ms`);
    const screen = await terminal.waitFor(/is RED.*s\)$/);
    expect(screen).toMatch(
      /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] waiting for http:\/\/[\d.:]+: RED \(Database is RED: starting .*… \(\d+s\)$/m,
    );
    expect(screen.split("\n")).toHaveLength(2);
    expect(await terminal.ask("cursor_flag")).toBe("0");
    state = "OK";
    await terminal.waitFor(/^\$ svc-status .*\n\$$/);
    await expectCleanTerminal(terminal, 0);
  });

  test("wait ends with Ctrl-C", async () => {
    const terminal = await startWaitInVain();
    await terminal.press("C-c");
    await terminal.waitFor(/\n\$$/);
    await expectCleanTerminal(terminal, 130);
  });

  test("Ctrl-C ends a loop of the shell too", async () => {
    const terminal = await startShell();
    await enter(terminal, `for each in 1 2 3; do svc-status wait 127.0.0.1:${await findFreePort()}; done`);
    await terminal.waitFor(/connection refused/);
    await terminal.press("C-c");
    await terminal.waitFor(/\n\$$/);
    await expectCleanTerminal(terminal, 130);
  });

  test.each(["", "< /dev/null", "2> /dev/null"])(
    "run leaves Ctrl-C to the terminal, so that a drain gets it once: %s",
    async (redirection) => {
      // Its own signal passes through the command after Ctrl-C, and would come second after a forwarded one.
      const file = writeScript(`
        import { createServer } from "node:http";
        import { drainOnSignals } from ${JSON.stringify(DRAIN)};
        const logger = { info: console.log, warn: console.log, error: console.log };
        drainOnSignals(createServer().listen(0), { logger, fixedMs: 20_000 });
        process.on("SIGINT", () => process.kill(process.ppid, "SIGUSR2"));
        process.on("SIGUSR2", () => console.log("forwarded"));
        console.log("ready");
      `);
      const terminal = await startShell();
      await enter(terminal, `svc-status run -- ${process.execPath} ${file} ${redirection}`);
      await terminal.waitFor(/^ready$/m);
      await terminal.press("C-c");
      const screen = await terminal.waitFor(/^forwarded$/m);
      expect(screen).toMatch(/SIGINT: decommissioned/);
      expect(screen).not.toMatch(/exiting at once/);
      await terminal.press("C-c");
      await terminal.waitFor(/SIGINT while draining: exiting at once[\s\S]*\n\$$/);
      await expectCleanTerminal(terminal, 130);
    },
  );

  test("watch shows all services on a screen of its own, and highlights what changes", async () => {
    const { address, registry } = await startService();
    const nobody = `127.0.0.1:${await findFreePort()}`;
    let state: "OK" | "RED" = "OK";
    registry.addStatusHandler("Database", () => ({ state, detail: `it is ${state}\u001b[2J` }));
    registry.addStatusHandler("Cache", () => ({ state: "OK" }));
    const terminal = await startShell();
    await enter(terminal, "echo before");
    await enter(terminal, `svc-status watch ${address} ${nobody} --interval 50ms --bell`);
    expect(await terminal.waitFor(/connection refused[\s\S]*handlers OK[\s\S]*q quits/)).toMatch(
      new RegExp(
        [
          "2 services: 1 no answer, 1 OK",
          `> ▸ no answer  ${nobody} +for \\d s: connection refused\\. Is the service running\\?`,
          ` {2}▸ OK {9}${address} +2 of 2 handlers OK`,
          "",
          "j/k move, Enter unfolds, / filters, q quits; every 50ms$",
        ].join("\n"),
      ),
    );
    expect(await terminal.ask("alternate_on")).toBe("1");
    expect(await terminal.ask("cursor_flag")).toBe("0");
    expect(await terminal.read({ withColors: true })).not.toContain(INVERSE);
    state = "RED";
    await terminal.waitFor(/Database {2}RED {5}\d+ s {4}it is RED/);
    const marked = (await terminal.read({ withColors: true }))
      .split("\n")
      .filter((line) => line.includes(INVERSE));
    expect(marked).toEqual([expect.stringContaining("Database")]);

    await terminal.press("q");
    expect(await terminal.waitFor(/^\$ svc-status watch .*\n\$$/m)).toContain("$ echo before\nbefore\n");
    await expectCleanTerminal(terminal, 0);
  });

  test("watch rings when something gets RED", async () => {
    const { address, registry } = await startService();
    let state: "OK" | "RED" = "OK";
    registry.addStatusHandler("Database", () => ({ state }));
    const terminal = await startShell();
    await enter(terminal, `svc-status watch ${address} --interval 50ms --bell`);
    await terminal.waitFor(/1 of 1 handlers OK/);
    expect(await terminal.ask("window_bell_flag")).toBe("0");
    state = "RED";
    await terminal.waitFor(/1 of 1 failing/);
    await expect.poll(() => terminal.ask("window_bell_flag")).toBe("1");
  });

  test("watch fits its screen, also when that gets another size", async () => {
    const { address, registry } = await startService();
    for (let index = 10; index < 40; index += 1)
      registry.addStatusHandler(`Handler${index}`, () => ({ state: "OK" }));
    const terminal = await startShell();
    await enter(terminal, `svc-status watch ${address}`);
    await terminal.waitFor(/Handler28[\s\S]*\n\d+ more lines\. j\/k move, .*q quits; every 2s$/);
    await terminal.resize(30, 10);
    expect((await terminal.waitFor(/Handler14\b[^\n]*\n25 more lines\. j.*…$/)).split("\n")).toHaveLength(10);
    await terminal.press("G");
    await terminal.waitFor(/> {3}Handler39.*\n25 lines above\. j/);
    await terminal.resize(80, 50);
    await terminal.waitFor(/Handler39 [\s\S]*\n\nj\/k move.*every 2s$/);
  });

  test("watch stays in its lines if the terminal is too narrow for them", async () => {
    const { address, registry } = await startService();
    for (const name of ["Database", "数据库", "👩‍💻 Team"])
      registry.addStatusHandler(name, () => ({ state: "OK" }));
    const terminal = await startShell();
    await enter(terminal, `svc-status watch ${address}`);
    await terminal.waitFor(/3 of 3 handlers OK[\s\S]*q quits/);
    await terminal.resize(20, 10);
    const screen = await terminal.waitFor(/^> ▾ OK {2}127\.0\.0… {2}3…\n/);
    expect(screen.split("\n")).toEqual([
      "> ▾ OK  127.0.0…  3…",
      expect.any(String),
      expect.stringMatching(/^ {4}In service for …$/),
      expect.stringMatching(/^ {4}NAME /),
      expect.stringMatching(/^ {4}Database {2}OK$/),
      expect.stringMatching(/^ {4}数据库 +OK$/),
      expect.stringMatching(/Team +OK$/),
      "",
      "j/k move, Enter unf…",
    ]);
  });

  test("watch gives the terminal back while it is stopped by Ctrl-Z, and goes on with fg", async () => {
    const { address, registry } = await startService();
    let state: "OK" | "RED" = "OK";
    registry.addStatusHandler("Database", () => ({ state }));
    const terminal = await startShell();
    await enter(terminal, `svc-status watch ${address} --interval 50ms`);
    for (const before of ["OK", "RED"]) {
      await terminal.waitFor(new RegExp(`▾ ${before} [\\s\\S]*q quits`));
      await terminal.press("C-z");
      await terminal.waitFor(/Stopped[\s\S]*\n\$$/);
      await expectCleanTerminal(terminal, 148);
      state = "RED";
      await enter(terminal, "clear; fg");
    }
    await terminal.waitFor(/1 of 1 failing[\s\S]*q quits/);
    expect(await terminal.ask("alternate_on")).toBe("1");
    expect(await terminal.ask("cursor_flag")).toBe("0");
    await terminal.press("q");
    await terminal.waitFor(/\n\$$/);
    await expectCleanTerminal(terminal, 0);
  });

  test("wait gives the terminal back while it is stopped by Ctrl-Z, and goes on with fg", async () => {
    const terminal = await startWaitInVain();
    await terminal.press("C-z");
    expect(await terminal.waitFor(/Stopped[\s\S]*\n\$$/)).not.toContain("connection refused");
    await expectCleanTerminal(terminal, 148);
    await enter(terminal, "clear; fg");
    await terminal.waitFor(/connection refused/);
    expect(await terminal.ask("cursor_flag")).toBe("0");
    await terminal.press("C-c");
    await terminal.waitFor(/\n\$$/);
    await expectCleanTerminal(terminal, 130);
  });

  test("watch gives the terminal back at Ctrl-C", async () => {
    const { address } = await startService();
    const terminal = await startShell();
    await enter(terminal, `svc-status watch ${address}`);
    await terminal.waitFor(/▾ OK .*no handlers[\s\S]*q quits/);
    await terminal.press("C-c");
    await terminal.waitFor(/\n\$$/);
    await expectCleanTerminal(terminal, 130);
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("watch gives the terminal back at %s", async (signal, exitStatus) => {
    const { address } = await startService();
    const terminal = await startShell();
    await enter(terminal, `svc-status watch ${address}`);
    await terminal.waitFor(/▾ OK .*no handlers[\s\S]*q quits/);
    const [, child = 0] = findTree(Number(await terminal.ask("pane_pid")));
    process.kill(child, signal);
    await terminal.waitFor(/\n\$$/);
    await expectCleanTerminal(terminal, exitStatus);
  });

  test("watch ends by SIGHUP where the terminal goes without sending it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "status");
    const terminal = await startShell();
    // Bash passes the signal on to whom it has started, unless it ignores it.
    const watch = `${process.execPath} ${BIN} watch 127.0.0.1:${await findFreePort()}`;
    await enter(terminal, `trap '' HUP; (${watch}; echo $? > ${file})`);
    await terminal.waitFor(/refused[\s\S]*q quits/);
    await terminal.hangUp();
    await expect.poll(() => existsSync(file) && readFileSync(file, "utf8")).toBe("129\n");
  });
});

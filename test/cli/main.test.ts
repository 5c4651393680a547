import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { COMMANDS } from "../../src/cli/commands.ts";
import { BIN, runCli } from "../support/cli.ts";
import { startService } from "./service.ts";

describe("svc-status", () => {
  test.each(["--version", "-V"])("says with %s which it is", async (option) => {
    expect(await runCli([option])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });

  test.each([["--help"], ["-h"], ["help"]])("lists its commands with %s", async (word) => {
    const { code, stdout, stderr } = await runCli([word]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const [name, { definition }] of Object.entries(COMMANDS))
      expect(stdout).toMatch(new RegExp(`^  ${name} +${definition.summary}$`, "m"));
  });

  test("lists its commands and fails where none is given", async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain("Usage: svc-status COMMAND");
  });

  test.each(Object.keys(COMMANDS))("tells about %s, in lines of 80 columns", async (name) => {
    const { code, stdout, stderr } = await runCli([name, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: svc-status ${name} `));
    for (const option of Object.keys(COMMANDS[name]?.definition.options ?? {}))
      expect(stdout).toContain(`--${option}`);
    expect((await runCli(["help", name])).stdout).toBe(stdout);
    const examples = /\nExamples:[\s\S]*/;
    for (const line of stdout.replace(examples, "").split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.each([
    [["shwo"], 'unknown command "shwo"; did you mean show?'],
    [["constructor"], 'unknown command "constructor"; see: svc-status --help'],
    [["--verbose"], "unknown option --verbose; see: svc-status --help"],
    [["help", "xyz"], 'unknown command "xyz"; see: svc-status --help'],
    [["localhost:9101"], 'unknown command "localhost:9101"; did you mean: svc-status show localhost:9101'],
    [["9101"], 'unknown command "9101"; did you mean: svc-status show 9101'],
    [["foo.json"], 'unknown command "foo.json"; did you mean: svc-status serve --config foo.json'],
    [["serve", "foo.json"], 'unexpected argument "foo.json"; use --config foo.json'],
    [["show"], "show needs a URL, for example localhost:8080"],
    [["completion"], "completion needs a SHELL, for example bash"],
    [["wait", "a", "b"], 'unexpected argument "b"; see: svc-status wait --help'],
    [["wait", "a", "b.json"], 'unexpected argument "b.json"; see: svc-status wait --help'],
    [["show", "a", "--nmae", "x"], "unknown option --nmae; did you mean --name?"],
    [["show", "a", "-x"], "unknown option -x; see: svc-status show --help"],
    [["show", "a", "--__proto__"], "unknown option --__proto__; see: svc-status show --help"],
    [
      ["doctor", "--for", "k8s"],
      '--for: expected kubernetes, haproxy, nginx, alb, docker, got "k8s"; did you mean kubernetes?',
    ],
    [
      ["show", "a", "--format", "yaml"],
      '--format: expected table, csv, json, prometheus, health, nagios, got "yaml"',
    ],
    [["show", "a", "--name"], "--name needs a value: NAME"],
    [
      ["show", "a", "--name", "--quiet"],
      "--name needs a value, got --quiet. If that is the value: --name=--quiet",
    ],
    [["show", "a", "--quiet=yes"], '--quiet takes no value, got "yes"'],
    [
      ["show", "a", "--format", "tabel"],
      '--format: expected table, csv, json, prometheus, health, nagios, got "tabel"; did you mean table?',
    ],
    [
      ["show", "a", "--timeout", "5"],
      '--timeout: expected a number and a unit, such as 500ms, 5s, 2m or 1h, got "5"',
    ],
    [
      ["show", "ftp://a"],
      'expected a URL such as http://localhost:8080, localhost:8080 or unix:/run/app.sock:/svc_status, got "ftp://a"',
    ],
  ])("%j: says in one line what is wrong", async (args, message) => {
    expect(await runCli(args)).toEqual({ code: 3, stdout: "", stderr: `svc-status: ${message}\n` });
  });

  test("shows with --debug where a failure comes from, and what caused it", async () => {
    const { code, stderr } = await runCli(["show", "127.0.0.1:1", "--debug"]);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^svc-status: no answer from .*\n[\s\S]*\n {4}at [\s\S]*caused by Error: connect ECONNREFUSED/,
    );
  });

  test("takes what stands behind -- as it is", async () => {
    const { stderr } = await runCli(["show", "--", "--name"]);
    expect(stderr).toContain("no answer from http://--name");
  });

  test("ends quietly when nobody reads its output", async () => {
    const { address, registry } = await startService();
    for (let index = 0; index < 5_000; index += 1)
      registry.addStatusHandler(`H${index}`, () => ({ state: "OK" }));
    for (const args of [["show", address], ["--help"], ["watch", address, "--interval", "20ms"]]) {
      const child = spawn(process.execPath, [BIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
      child.stdout.destroy();
      const [stderr] = await Promise.all([text(child.stderr), once(child, "close")]);
      expect({ stderr, code: child.exitCode }).toEqual({ stderr: "", code: 0 });
    }
  });

  test.runIf(existsSync("/dev/full"))("fails when its output cannot be written", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [BIN, "--help"], { stdio: ["ignore", full, "pipe"] });
    closeSync(full);
    const [stderr] = await Promise.all([text(child.stderr!), once(child, "close")]);
    expect(stderr).toBe("svc-status: the output cannot be written: ENOSPC: no space left on device, write\n");
    expect(child.exitCode).toBe(3);
  });
});

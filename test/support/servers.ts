import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "./free-port.ts";
import { findTree, isTreeStopped, signalTree } from "./process-tree.ts";
import { findProgram } from "./system.ts";

/** The user and the password of the servers that know any. */
export const USER = "me";
export const PASSWORD = "right-password";

/** A real server on a free port of 127.0.0.1, with a folder of its own. */
export interface RealServer {
  readonly port: number;
  /** Starts it, again on the same port with the same data, and waits until it serves. */
  start(): Promise<void>;
  /** Kills it and all that it has started. */
  stop(): Promise<void>;
  /** Stops it in the middle of what it does: connections stay open and nothing is answered. */
  pause(): Promise<void>;
  resume(): void;
  /** Stops it for good and removes its folder. */
  close(): Promise<void>;
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Recipe {
  /** A program of this repository, which `nobody` may not be able to read. */
  readonly isOurs?: boolean;
  readonly command: (port: number, folder: string) => Command;
  /** Ends with 0 once it serves, for a server that accepts connections before that. */
  readonly ready?: (port: number) => Command;
  /** Makes the folder ready, once. */
  readonly prepare?: (folder: string, port: number) => Promise<void>;
}

/** Debian's `nobody`: some servers refuse to run as root. */
const NOBODY = 65_534;
const START_TIMEOUT_MS = 50_000;
const owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** PostgreSQL, with the user `me` of the database `postgres`. */
export function startPostgres(): Promise<RealServer> {
  return startServer({
    async prepare(folder) {
      const passwordFile = join(folder, "password");
      writeFileSync(passwordFile, PASSWORD);
      const data = join(folder, "data");
      const auth = ["--auth=scram-sha-256", `--pwfile=${passwordFile}`];
      await runToEnd({ program: "initdb", args: ["-D", data, "-U", USER, ...auth, "--no-sync"] }, folder);
    },
    command: toPostgresCommand,
    ready: toPostgresQuestion,
  });
}

function toPostgresCommand(port: number, folder: string): Command {
  const args = ["-D", join(folder, "data"), "-p", String(port), "-h", "127.0.0.1", "-k", folder, "-F"];
  return { program: "postgres", args };
}

/** While it starts up, PostgreSQL accepts connections and refuses whoever logs in. */
function toPostgresQuestion(port: number): Command {
  return { program: "pg_isready", args: ["-q", "-h", "127.0.0.1", "-p", String(port)] };
}

/** A PostgreSQL that replicates another one. */
export function startPostgresReplica(primary: RealServer): Promise<RealServer> {
  return startServer({
    async prepare(folder) {
      const from = ["-h", "127.0.0.1", "-p", String(primary.port), "-U", USER];
      const args = [...from, "-D", join(folder, "data"), "--write-recovery-conf", "--checkpoint=fast"];
      await runToEnd({ program: "pg_basebackup", args, env: { PGPASSWORD: PASSWORD } }, folder);
    },
    command: toPostgresCommand,
    ready: toPostgresQuestion,
  });
}

/** MariaDB, with the user `me` and the database `test`. */
export function startMariadb(...options: string[]): Promise<RealServer> {
  return startServer({
    async prepare(folder) {
      const data = `--datadir=${join(folder, "data")}`;
      const args = ["--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"];
      await runToEnd({ program: "mariadb-install-db", args }, folder);
      const users = [
        "FLUSH PRIVILEGES;",
        "CREATE DATABASE test;",
        `CREATE USER '${USER}'@'127.0.0.1' IDENTIFIED BY '${PASSWORD}';`,
        `GRANT ALL ON *.* TO '${USER}'@'127.0.0.1';`,
        "",
      ].join("\n");
      await runToEnd({ program: "mariadbd", args: ["--no-defaults", data, "--bootstrap"] }, folder, users);
    },
    command: (port, folder) => ({
      program: "mariadbd",
      args: [
        "--no-defaults",
        `--datadir=${join(folder, "data")}`,
        `--socket=${join(folder, "socket")}`,
        `--port=${port}`,
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        ...options,
      ],
    }),
  });
}

/** Redis, with the password of the default user. */
export function startRedis(...options: string[]): Promise<RealServer> {
  return startServer({
    command: (port, folder) => ({
      program: "redis-server",
      args: [
        "--port",
        String(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        folder,
        "--save",
        "",
        "--requirepass",
        PASSWORD,
        ...options,
      ],
    }),
  });
}

export function startMemcached(): Promise<RealServer> {
  return startServer({
    command: (port) => ({ program: "memcached", args: ["-p", String(port), "-l", "127.0.0.1"] }),
  });
}

/** RabbitMQ, with the user `me`. */
export async function startRabbitmq(): Promise<RealServer> {
  const [namesPort, clusterPort] = [await findFreePort(), await findFreePort()];
  const names = await startServer(
    {
      command: (port) => ({ program: "epmd", args: ["-port", String(port), "-address", "127.0.0.1"] }),
    },
    namesPort,
  );
  const server = await startServer({
    async prepare(folder, port) {
      const lines = [
        `listeners.tcp.1 = 127.0.0.1:${port}`,
        `default_user = ${USER}`,
        `default_pass = ${PASSWORD}`,
        "log.console = false",
      ];
      writeFileSync(join(folder, "rabbitmq.conf"), `${lines.join("\n")}\n`);
      writeFileSync(join(folder, "enabled_plugins"), "[].\n");
    },
    command: (port, folder) => ({
      program: "rabbitmq-server",
      args: [],
      env: {
        HOME: folder,
        ERL_EPMD_PORT: String(namesPort),
        RABBITMQ_DIST_PORT: String(clusterPort),
        RABBITMQ_NODENAME: `test${port}@localhost`,
        RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
        RABBITMQ_CONF_ENV_FILE: join(folder, "none"),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
        RABBITMQ_MNESIA_BASE: join(folder, "mnesia"),
        RABBITMQ_LOG_BASE: join(folder, "log"),
        RABBITMQ_PID_FILE: join(folder, "pid"),
      },
    }),
  });
  return {
    ...server,
    async close() {
      await server.close();
      await names.close();
    },
  };
}

/** NATS, with the user `me` and JetStream. */
export function startNats(): Promise<RealServer> {
  return startServer({
    command: (port, folder) => ({
      program: "nats-server",
      args: ["-a", "127.0.0.1", "-p", String(port), "--user", USER, "--pass", PASSWORD, "-js", "-sd", folder],
    }),
  });
}

/** Mosquitto, with the user `me`. */
export function startMosquitto(): Promise<RealServer> {
  return startServer({
    async prepare(folder, port) {
      const passwords = join(folder, "passwords");
      writeFileSync(passwords, "");
      give(passwords);
      await runToEnd({ program: "mosquitto_passwd", args: ["-b", passwords, USER, PASSWORD] }, folder);
      const lines = [
        `listener ${port} 127.0.0.1`,
        `password_file ${passwords}`,
        "persistence false",
        "sys_interval 1",
      ];
      writeFileSync(join(folder, "mosquitto.conf"), `${lines.join("\n")}\n`);
    },
    command: (_port, folder) => ({ program: "mosquitto", args: ["-c", join(folder, "mosquitto.conf")] }),
  });
}

/** A small server of this repository in a process of its own: test/support/service.mjs. */
export function startService(
  kind: "grpc" | "http" | "smtp" | "tcp" | "tls",
  env: Readonly<Record<string, string>> = {},
): Promise<RealServer> {
  const script = join(import.meta.dirname, "service.mjs");
  return startServer({
    isOurs: true,
    command: (port) => ({ program: process.execPath, args: [script, kind, String(port)], env }),
  });
}

async function startServer(
  { command, prepare, ready, isOurs = false }: Recipe,
  wantedPort?: number,
): Promise<RealServer> {
  const port = wantedPort ?? (await findFreePort());
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  give(folder);
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = launch(command(port, folder), folder, isOurs ? {} : owner);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        output = (output + chunk).slice(-4_000);
      });
    }
    const isReady = ready === undefined ? () => isListening(port) : () => succeeds(ready(port), folder);
    await waitUntilReady(isReady, child, () => output);
  }

  async function stop(): Promise<void> {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    const { pid } = child;
    const tree = findTree(pid);
    signalTree(pid, "SIGKILL");
    await ended;
    await waitUntilGone(tree);
  }

  function signal(name: NodeJS.Signals): void {
    if (child?.pid !== undefined) signalTree(child.pid, name);
  }

  function killAtExit(): void {
    signal("SIGKILL");
  }

  process.once("exit", killAtExit);
  const server: RealServer = {
    port,
    start,
    stop,
    async pause() {
      signal("SIGSTOP");
      if (child?.pid !== undefined) await waitUntilStopped(child.pid);
    },
    resume: () => signal("SIGCONT"),
    async close() {
      await stop();
      process.off("exit", killAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await prepare?.(folder, port);
    await start();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

function give(path: string): void {
  if (owner.uid !== undefined) chownSync(path, owner.uid, owner.gid);
}

function launch({ program, args, env = {} }: Command, folder: string, user: object): ChildProcess {
  const path = findProgram(program) ?? program;
  const ownEnv = { PATH: process.env["PATH"], LC_ALL: "C", HOME: folder, ...env };
  return spawn(path, args, { cwd: folder, env: ownEnv, stdio: "pipe", ...user });
}

async function succeeds(command: Command, folder: string): Promise<boolean> {
  return (await runChild(command, folder)).code === 0;
}

async function runToEnd(command: Command, folder: string, input = ""): Promise<void> {
  const { code, output } = await runChild(command, folder, input);
  if (code !== 0) throw new Error(`${command.program} failed with ${code}: ${output.slice(-2_000)}`);
}

async function runChild(command: Command, folder: string, input = "") {
  const child = launch(command, folder, owner);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  child.stdin?.on("error", () => {}).end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

async function waitUntilReady(
  isReady: () => Promise<boolean>,
  child: ChildProcess,
  readOutput: () => string,
): Promise<void> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  while (!(await isReady())) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > giveUpAt)
      throw new Error(`the server did not start: ${readOutput()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

/** A signal takes its time: a thread on another core may still answer. */
async function waitUntilStopped(pid: number): Promise<void> {
  while (!isTreeStopped(pid)) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A port is free again when all who held it are gone. */
async function waitUntilGone(pids: readonly number[]): Promise<void> {
  const isThere = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (pids.some(isThere)) await new Promise((resolve) => setTimeout(resolve, 10));
}

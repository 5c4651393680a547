import { Console } from "node:console";
import { Writable } from "node:stream";
import pino from "pino";
import { describe, expect, test } from "vitest";
import winston from "winston";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";
import type { Logger } from "../../src/util/logger.ts";

/** What was written to a stream. */
function createSink(): { readonly stream: Writable; readonly lines: () => string[] } {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { stream, lines: () => text.trimEnd().split("\n") };
}

interface PinoLine {
  readonly level: number;
  readonly msg: string;
  readonly event: string;
}

/** Six reports with three changes and a listener that throws. */
async function play(logger: Logger): Promise<void> {
  const registry = createStatusRegistry({ clock: createFakeClock(), logger });
  const handler = createFakeHandler();
  registry.addStatusHandler("Db", handler);
  await registry.getReport();
  await registry.getReport();
  handler.fail(new Error("connection\trefused"));
  await registry.getReport();
  await registry.getReport();
  handler.report("YELLOW", { detail: 'one "replica"' });
  await registry.getReport();
  handler.report("OK");
  await registry.getReport();
}

const CHANGES = [
  ["error", 'Db: OK -> RED (threw) "connection refused"'],
  ["warn", 'Db: RED -> YELLOW (reported) "one \\"replica\\""'],
  ["info", "Db: YELLOW -> OK"],
] as const;
const EXPECTED = CHANGES.map(([level, text]) => [level, `SVC001 ${text}`]);

describe("a registry writes its changes, and nothing but its changes, to", () => {
  test("a console as it is", async () => {
    const [out, error] = [createSink(), createSink()];
    await play(new Console({ stdout: out.stream, stderr: error.stream }));
    expect(out.lines()).toEqual([EXPECTED[2]?.[1]]);
    expect(error.lines()).toEqual([EXPECTED[0]?.[1], EXPECTED[1]?.[1]]);
  });

  test("pino as it is", async () => {
    const sink = createSink();
    await play(pino(sink.stream));
    const written = sink.lines().map((line) => JSON.parse(line) as PinoLine);
    const labels = pino.levels.labels;
    expect(written.map(({ level, msg }) => [labels[level], msg])).toEqual(CHANGES);
    expect(new Set(written.map(({ event }) => event))).toEqual(new Set(["state-change"]));
  });

  test("a child of pino, beside its own fields", async () => {
    const sink = createSink();
    await play(pino(sink.stream).child({ part: "status" }));
    expect(sink.lines().map((line) => JSON.parse(line) as PinoLine)).toEqual(
      CHANGES.map(([, msg]) => expect.objectContaining({ part: "status", event: "state-change", msg })),
    );
  });

  test("winston as it is", async () => {
    const sink = createSink();
    const transports = [new winston.transports.Stream({ stream: sink.stream })];
    await play(winston.createLogger({ transports }));
    const written = sink.lines().map((line) => JSON.parse(line) as { level: string; message: string });
    expect(written.map(({ level, message }) => [level, message])).toEqual(EXPECTED);
  });

  test("nothing where there is no logger, and to another one from the moment it is set", async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler);
    handler.report("RED");
    await registry.getReport();
    const sink = createSink();
    registry.logger = new Console(sink.stream, sink.stream);
    handler.report("OK");
    await registry.getReport();
    expect(sink.lines()).toEqual(["SVC001 Db: RED -> OK"]);
  });

  test("one that throws or rejects, which disturbs nobody", async () => {
    const rejecting = async (): Promise<void> => {
      throw new Error("no disk");
    };
    const throwing = (): void => {
      throw new Error("no disk");
    };
    for (const write of [throwing, rejecting]) {
      const registry = createStatusRegistry({
        clock: createFakeClock(),
        logger: { info: write, warn: write, error: write },
      });
      registry.addStatusHandler("Db", () => ({ state: "RED" }));
      expect((await registry.getReport()).state).toBe("RED");
    }
  });
});

test.each([
  [{}, "logger: expected an object with info(), warn(), error(), got an object"],
  ["console", 'logger: expected an object with info(), warn(), error(), got "console"'],
  [null, "logger: expected an object with info(), warn(), error(), got null"],
])("%j is refused as a logger", (logger, message) => {
  expect(() => createStatusRegistry({ logger: logger as Logger })).toThrow(new TypeError(message));
});

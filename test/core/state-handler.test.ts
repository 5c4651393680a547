import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, test } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { GREEN, OK, RED, YELLOW } from "../../src/core/state.ts";
import { StateHandler, StateHandlerMixin } from "../../src/core/state-handler.ts";
import { MAX_LOGGED_DETAIL_LENGTH } from "../../src/util/printable.ts";

let registry: StatusRegistry;

beforeEach(() => {
  registry = createStatusRegistry();
});

/** A logger that keeps what it is told. */
function keepMessages() {
  const messages: string[] = [];
  return { messages, logger: { info: (message: string) => void messages.push(message) } };
}

describe("a state handler", () => {
  test("is RED as long as its state was never set", async () => {
    const worker = new StateHandler();
    registry.addStatusHandler("Worker", worker);
    expect(worker.state).toBeUndefined();
    expect(await registry.getStatus("Worker")).toEqual({ state: RED, detail: "state was never set" });
  });

  test("reports what was set", async () => {
    const worker = new StateHandler();
    registry.addStatusHandler("Worker", worker);
    worker.setState(GREEN, { detail: "running", labels: { jobs: 3 }, version: "1.2" });
    expect(worker.state).toBe(OK);
    expect(await registry.getStatus("Worker")).toEqual({
      state: OK,
      detail: "running",
      labels: { jobs: 3 },
      version: "1.2",
    });
  });

  test("forgets the earlier properties when the state is set again", () => {
    const worker = new StateHandler();
    worker.setState(YELLOW, { detail: "starting", progress: 0.5 });
    worker.setState(YELLOW, { detail: "nearly there" });
    expect(worker.status()).toEqual({ state: YELLOW, detail: "nearly there" });
    worker.setState(OK);
    expect(worker.status()).toEqual({ state: OK });
  });

  test("takes its state from the first argument, never from the properties", () => {
    const worker = new StateHandler();
    worker.setState(RED, { state: OK, detail: "stopped" });
    expect(worker.state).toBe(RED);
    expect(worker.status()).toEqual({ state: RED, detail: "stopped" });
  });

  test("is not changed by what happens to the properties later", () => {
    const worker = new StateHandler();
    const properties = { detail: "running" };
    worker.setState(OK, Object.freeze(properties));
    const changing = { detail: "running" };
    worker.setState(OK, changing);
    changing.detail = "stopped";
    expect(worker.status()).toEqual({ state: OK, detail: "running" });
  });

  test("set to something that is no state is RED in the report", async () => {
    const worker = new StateHandler();
    registry.addStatusHandler("Worker", worker);
    worker.setState("PURPLE" as never);
    expect(await registry.getStatus("Worker")).toEqual({
      state: RED,
      detail: 'returned the unknown state "PURPLE"',
    });
  });

  test("shares nothing with another one", () => {
    const one = new StateHandler();
    const other = new StateHandler();
    one.setState(OK);
    expect(other.state).toBeUndefined();
    other.setState(RED);
    expect([one.state, other.state]).toEqual([OK, RED]);
  });

  test("lets a subclass override status()", async () => {
    class Counter extends StateHandler {
      override status() {
        return { ...super.status(), labels: { jobs: 7 } };
      }
    }
    const counter = new Counter();
    counter.setState(OK);
    registry.addStatusHandler("Counter", counter);
    expect(await registry.getStatus("Counter")).toEqual({ state: OK, labels: { jobs: 7 } });
  });
});

test("the state comes before what else was set, and is not what a property says", () => {
  const handler = new StateHandler();
  handler.setState(YELLOW, { detail: "starting", state: OK });
  expect(JSON.stringify(handler.status())).toBe('{"state":"YELLOW","detail":"starting"}');
});

describe("the log", () => {
  test("gets each change of the state, in the words of lovely-ws-status", () => {
    const { messages, logger } = keepMessages();
    const worker = new StateHandler();
    worker.logger = logger;
    worker.setState(OK);
    worker.setState(RED, { detail: "stopped" });
    worker.setState(YELLOW, { detail: "" });
    expect(messages).toEqual([
      "state change: none -> OK",
      'state change: OK -> RED "stopped"',
      'state change: RED -> YELLOW ""',
    ]);
  });

  test("gets nothing while the state stays, whatever the properties", () => {
    const { messages, logger } = keepMessages();
    const worker = new StateHandler();
    worker.setState(OK);
    worker.logger = logger;
    worker.setState(OK, { detail: "still running" });
    worker.setState(OK);
    expect(messages).toEqual([]);
  });

  test("gets the message of an error that is the detail, as the report does", async () => {
    const lines: string[] = [];
    const handler = new StateHandler();
    handler.logger = { info: (line) => void lines.push(line) };
    handler.setState(RED, { detail: new Error("connect redis://:x@cache failed") });
    expect(lines).toEqual(['state change: none -> RED "connect redis://***@cache failed"']);
    const registry = createStatusRegistry();
    registry.addStatusHandler("Cache", handler);
    expect(await registry.getStatus("Cache")).toEqual({
      state: "RED",
      detail: "connect redis://***@cache failed",
    });
  });

  test("gets one printable line of bounded length, whatever the detail", () => {
    const { messages, logger } = keepMessages();
    const worker = new StateHandler();
    worker.logger = logger;
    worker.setState(RED, { detail: "first\nsecond\u001b[2J" });
    worker.setState(OK, { detail: "x".repeat(10_000_000) });
    expect(messages).toEqual([
      String.raw`state change: none -> RED "first\nsecond\u001b[2J"`,
      `state change: RED -> OK "${"x".repeat(MAX_LOGGED_DETAIL_LENGTH - 1)}…"`,
    ]);
  });

  test.each<[string, unknown, string]>([
    ["a number", 42, "42"],
    ["null", null, "null"],
    ["an object", { reason: "x" }, "an object"],
    ["an object without a prototype", Object.create(null), "an object"],
    ["a symbol", Symbol("stop"), "Symbol(stop)"],
  ])("gets a detail that is no text in a few words: %s", (_, detail, text) => {
    const { messages, logger } = keepMessages();
    const worker = new StateHandler();
    worker.logger = logger;
    worker.setState(RED, { detail });
    expect(messages).toEqual([`state change: none -> RED "${text}"`]);
  });

  test("is not needed", () => {
    const worker = new StateHandler();
    worker.setState(RED, { detail: Object.create(null) });
    expect(worker.state).toBe(RED);
  });

  test("does not disturb anybody when it throws", () => {
    const worker = new StateHandler();
    worker.logger = {
      info: () => {
        throw new Error("disk full");
      },
    };
    worker.setState(RED, { detail: "stopped" });
    expect(worker.status()).toEqual({ state: RED, detail: "stopped" });
  });

  test("may be set and taken away at any time", () => {
    const { messages, logger } = keepMessages();
    const worker = new StateHandler();
    worker.setState(OK);
    worker.logger = logger;
    worker.setState(RED);
    delete worker.logger;
    worker.setState(OK);
    expect(messages).toEqual(["state change: OK -> RED"]);
  });
});

describe("the mixin", () => {
  class Connection {
    static readonly protocol: string = "amqp";
    readonly host: string;
    readonly port: number;

    constructor(host: string, port: number) {
      this.host = host;
      this.port = port;
    }

    get address(): string {
      return `${this.host}:${this.port}`;
    }
  }

  test("adds a state to a class with constructor arguments, getters and static members", async () => {
    class Worker extends StateHandlerMixin(Connection) {}
    const worker = new Worker("mq", 5672);
    worker.setState(GREEN, { detail: `connected to ${worker.address}` });
    registry.addStatusHandler("Worker", worker);
    expect(await registry.getStatus("Worker")).toEqual({ state: OK, detail: "connected to mq:5672" });
    expect(worker).toBeInstanceOf(Connection);
    expect(Worker.protocol).toBe("amqp");
  });

  test("keeps the events of an EventEmitter", () => {
    class Worker extends StateHandlerMixin(EventEmitter) {}
    const worker = new Worker();
    worker.on("stopped", (detail: string) => worker.setState(RED, { detail }));
    worker.emit("stopped", "by hand");
    expect(worker.status()).toEqual({ state: RED, detail: "by hand" });
  });

  test("is RED as long as the state was never set", () => {
    class Worker extends StateHandlerMixin(EventEmitter) {}
    expect(new Worker().status()).toEqual({ state: RED, detail: "state was never set" });
  });

  test("lets status() be overridden", async () => {
    class Worker extends StateHandlerMixin(EventEmitter) {
      override status() {
        return { ...super.status(), listeners: this.listenerCount("job") };
      }
    }
    const worker = new Worker();
    worker.setState(OK);
    registry.addStatusHandler("Worker", worker);
    expect(await registry.getStatus("Worker")).toEqual({ state: OK, listeners: 0 });
  });

  test("gives each instance and each class a state of its own", () => {
    class Worker extends StateHandlerMixin(EventEmitter) {}
    class Other extends StateHandlerMixin(EventEmitter) {}
    const [one, another, other] = [new Worker(), new Worker(), new Other()];
    one.setState(OK);
    other.setState(RED);
    expect([one.state, another.state, other.state]).toEqual([OK, undefined, RED]);
  });

  test("logs to the logger that the class brings along, until it gets another", () => {
    const own = keepMessages();
    const another = keepMessages();
    class Logging {
      logger: { info(message: string): void } = own.logger;
    }
    class Worker extends StateHandlerMixin(Logging) {}
    const worker = new Worker();
    worker.setState(OK);
    worker.logger = another.logger;
    worker.setState(RED, { detail: "stopped" });
    expect(own.messages).toEqual(["state change: none -> OK"]);
    expect(another.messages).toEqual(['state change: OK -> RED "stopped"']);
  });

  test("adds nothing that JSON or a loop over the instance would show", () => {
    class Worker extends StateHandlerMixin(Connection) {}
    const worker = new Worker("mq", 5672);
    worker.setState(OK, { detail: "running" });
    expect(JSON.stringify(worker)).toBe('{"host":"mq","port":5672}');
  });
});

import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createProbe, defaultProbe, isProbeBody, type ProbeChange } from "../../src/core/probe.ts";

describe("a probe", () => {
  test("is commissioned at first and answers OK", () => {
    const probe = createProbe();
    expect(probe.body).toBe("OK");
    expect(probe.commissioned).toBe(true);
  });

  test("answers OFF when it is decommissioned without a body", () => {
    const probe = createProbe();
    probe.decommission();
    expect([probe.body, probe.commissioned]).toEqual(["OFF", false]);
  });

  test.each(["BYE", "", "ok", "OK ", "down for maintenance: bis später 🚦", "x".repeat(1_024)])(
    "answers the body with which it was decommissioned: %j",
    (body) => {
      const probe = createProbe();
      probe.decommission(body);
      expect([probe.body, probe.commissioned]).toEqual([body, false]);
    },
  );

  test("may be decommissioned again with another body", () => {
    const probe = createProbe();
    probe.decommission("BYE");
    probe.decommission();
    expect(probe.body).toBe("OFF");
  });

  test("tells since when it answers what it does", () => {
    vi.useFakeTimers({ now: 1_000 });
    onTestFinished(() => void vi.useRealTimers());
    const probe = createProbe();
    vi.setSystemTime(2_000);
    probe.commission();
    expect(probe.since).toEqual(new Date(1_000));
    probe.decommission();
    vi.setSystemTime(3_000);
    expect(probe.since).toEqual(new Date(2_000));
    probe.decommission("BYE");
    expect(probe.since).toEqual(new Date(3_000));
  });

  test("answers OK again when it is commissioned", () => {
    const probe = createProbe();
    probe.decommission();
    probe.commission();
    expect([probe.body, probe.commissioned]).toEqual(["OK", true]);
  });

  test.each<[string, unknown, string]>([
    ["longer than 1,024 characters", "x".repeat(1_025), `got "${"x".repeat(60)}…"`],
    ["with a line feed", "a\nb", 'got "a\\nb"'],
    ["with an escape character", "\u001b[2J", 'got "\\u001b[2J"'],
    ["with DEL", "a\u007f", "got"],
    ["null", null, "got null"],
    ["a number", 503, "got 503"],
    ["an object", {}, "got an object"],
  ])("refuses a body %s and stays as it is", (_, body, got) => {
    const probe = createProbe();
    const changes: ProbeChange[] = [];
    probe.on("change", (change) => changes.push(change));
    const decommission = () => probe.decommission(body as never);
    expect(decommission).toThrow(TypeError);
    expect(decommission).toThrow("body: expected a string of at most 1024 characters without control");
    expect(decommission).toThrow(got);
    expect([probe.body, probe.commissioned, changes]).toEqual(["OK", true, []]);
  });

  test("refuses to be decommissioned with OK, which would mean the opposite", () => {
    const probe = createProbe({ body: "BYE" });
    expect(() => probe.decommission("OK")).toThrow(
      new TypeError('body: expected anything but "OK", which means commissioned, got "OK"'),
    );
    expect(probe.body).toBe("BYE");
  });

  test("cannot be switched by writing to its properties", () => {
    const probe = createProbe();
    expect(() => Object.assign(probe, { body: "OFF" })).toThrow(TypeError);
    expect(() => Object.assign(probe, { commissioned: false })).toThrow(TypeError);
    expect(probe.commissioned).toBe(true);
  });

  test("shares nothing with another one", () => {
    const [one, other] = [createProbe(), createProbe()];
    one.decommission();
    expect([one.commissioned, other.commissioned, defaultProbe.commissioned]).toEqual([false, true, true]);
  });
});

describe("a listener of a probe", () => {
  test("is told each change, and nothing when nothing changes", () => {
    const probe = createProbe();
    const changes: ProbeChange[] = [];
    probe.on("change", (change) => changes.push(change));
    probe.commission();
    probe.decommission();
    probe.decommission("OFF");
    probe.decommission("BYE");
    probe.commission();
    probe.commission();
    expect(changes).toEqual([
      { body: "OFF", commissioned: false, state: "decommissioned" },
      { body: "BYE", commissioned: false, state: "decommissioned" },
      { body: "OK", commissioned: true, state: "in-service" },
    ]);
  });

  test("sees the new body in the probe itself", () => {
    const probe = createProbe();
    const bodies: string[] = [];
    probe.on("change", () => bodies.push(probe.body));
    probe.decommission("BYE");
    expect(bodies).toEqual(["BYE"]);
  });

  test("is told nothing any more after it has left", () => {
    const probe = createProbe();
    const changes: string[] = [];
    const leave = probe.on("change", ({ body }) => changes.push(`one ${body}`));
    probe.on("change", ({ body }) => changes.push(`other ${body}`));
    probe.decommission();
    leave();
    leave();
    probe.commission();
    expect(changes).toEqual(["one OFF", "other OFF", "other OK"]);
  });

  test("may leave while it is told", () => {
    const probe = createProbe();
    const changes: string[] = [];
    const leave = probe.on("change", ({ body }) => {
      changes.push(`one ${body}`);
      leave();
    });
    probe.on("change", ({ body }) => changes.push(`other ${body}`));
    probe.decommission();
    probe.commission();
    expect(changes).toEqual(["one OFF", "other OFF", "other OK"]);
  });

  test("added twice is told twice, and leaves once for each", () => {
    const probe = createProbe();
    let told = 0;
    const listener = () => {
      told += 1;
    };
    const leave = probe.on("change", listener);
    probe.on("change", listener);
    probe.decommission();
    expect(told).toBe(2);
    leave();
    probe.commission();
    expect(told).toBe(3);
  });

  test("that throws disturbs nobody and is logged", () => {
    const errors: string[] = [];
    const logger = { info() {}, warn() {}, error: (message: string) => void errors.push(message) };
    const probe = createProbe({ logger });
    const changes: ProbeChange[] = [];
    probe.on("change", () => {
      throw new Error("cannot reach http://app:hunter2@consul");
    });
    probe.on("change", (change) => changes.push(change));
    probe.decommission();
    expect(changes).toEqual([{ body: "OFF", commissioned: false, state: "decommissioned" }]);
    expect(probe.commissioned).toBe(false);
    expect(errors).toEqual(["SVC005 a listener of the probe failed: cannot reach http://***@consul"]);
  });

  test("that throws disturbs nobody even when there is no logger, or one that throws too", () => {
    const fail = () => {
      throw new Error("no");
    };
    for (const options of [{}, { logger: { info: fail, warn: fail, error: fail } }]) {
      const probe = createProbe(options);
      probe.on("change", fail);
      probe.decommission();
      expect(probe.commissioned).toBe(false);
    }
  });

  test("has to be a function, and its event has to be change", () => {
    const probe = createProbe();
    expect(() => probe.on("change", null as never)).toThrow(
      new TypeError("listener: expected a function, got null"),
    );
    expect(() => probe.on("changed" as never, () => {})).toThrow(
      new TypeError('event: expected "change", got "changed"'),
    );
  });
});

describe("createProbe", () => {
  test("starts decommissioned with any body but OK", () => {
    expect(createProbe({ body: "STARTING" })).toMatchObject({
      body: "STARTING",
      commissioned: false,
      state: "decommissioned",
    });
    expect(createProbe({ body: "" })).toMatchObject({ body: "", commissioned: false });
    expect(createProbe({ body: "OK" })).toMatchObject({
      body: "OK",
      commissioned: true,
      state: "in-service",
    });
  });

  test("leaves the caller's options alone, and later changes to them have no effect", () => {
    const options = { body: "STARTING" };
    const probe = createProbe(Object.freeze({ ...options }));
    const another = createProbe(options);
    options.body = "OK";
    expect([probe.body, another.body]).toEqual(["STARTING", "STARTING"]);
    expect(createProbe({ body: undefined, logger: undefined } as never).body).toBe("OK");
  });

  test.each<[unknown, string]>([
    [null, "options: expected an object, got null"],
    ["OFF", 'options: expected an object, got "OFF"'],
    [{ text: "OFF" }, 'options: unknown option "text", expected one of body, logger'],
    [{ body: 503 }, "body: expected a string of at most 1024 characters without control characters, got 503"],
    [{ logger: {} }, "logger: expected an object with info(), warn(), error(), got an object"],
    [{ logger: null }, "logger: expected an object with info(), warn(), error(), got null"],
  ])("is a TypeError for a mistake in the options: %o", (options, message) => {
    expect(() => createProbe(options as never)).toThrow(new TypeError(message));
  });
});

test("a probe's body is a text of at most 1,024 characters without control characters", () => {
  expect(["", "OK", "x".repeat(1_024)].every(isProbeBody)).toBe(true);
  expect(["x".repeat(1_025), "a\r\nb", "\u0085", undefined, 1].some(isProbeBody)).toBe(false);
});

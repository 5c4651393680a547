import { describe, expect, onTestFinished, test } from "vitest";
import { onSignal } from "../../src/drain/on-signal.ts";

// The tests emit the events. The process gets no signal.
const [ONE, OTHER] = ["SIGUSR2", "SIGWINCH"] as const;

function createSubject(signals: readonly NodeJS.Signals[] = [ONE, OTHER]) {
  const calls: NodeJS.Signals[] = [];
  const end = onSignal(new Set(signals), (signal) => void calls.push(signal));
  onTestFinished(end);
  return { calls, end };
}

function send(signal: NodeJS.Signals): void {
  process.emit(signal, signal);
}

describe("the handlers of a signal", () => {
  test("get each of the chosen signals, by name", () => {
    const { calls } = createSubject();
    const { calls: others } = createSubject([OTHER]);
    send(ONE);
    send(OTHER);
    expect(calls).toEqual([ONE, OTHER]);
    expect(others).toEqual([OTHER]);
  });

  test("share one listener of the process, so that many servers cause no warning of a leak", () => {
    const before = process.listenerCount(ONE);
    const subjects = Array.from({ length: 20 }, () => createSubject());
    expect(process.listenerCount(ONE)).toBe(before + 1);
    for (const { end } of subjects.slice(1)) end();
    send(ONE);
    expect(subjects.map(({ calls }) => calls.length)).toEqual([1, ...Array<number>(19).fill(0)]);
    expect(process.listenerCount(ONE)).toBe(before + 1);
    subjects[0]?.end();
    expect(process.listenerCount(ONE)).toBe(before);
    expect(process.listenerCount(OTHER)).toBe(before);
  });

  test("are all called, even if one removes another or itself", () => {
    const calls: string[] = [];
    const ends = ["a", "b"].map((name) =>
      onSignal(new Set([ONE]), () => {
        calls.push(name);
        for (const end of ends) end();
      }),
    );
    send(ONE);
    send(ONE);
    expect(calls).toEqual(["a", "b"]);
  });

  test("can be removed twice, which does not affect a handler that was added since", () => {
    const { end } = createSubject();
    end();
    const { calls } = createSubject();
    end();
    send(ONE);
    expect(calls).toEqual([ONE]);
  });

  test("get the signal again after other code has removed all its listeners", () => {
    const { calls } = createSubject();
    process.removeAllListeners(ONE);
    const { calls: later } = createSubject();
    send(ONE);
    expect([calls, later]).toEqual([[ONE], [ONE]]);
  });
});

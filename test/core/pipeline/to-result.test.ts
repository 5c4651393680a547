import { describe, expect, test } from "vitest";
import { createToResult } from "../../../src/core/pipeline/to-result.ts";
import { toStatusJson } from "../../../src/core/status-json.ts";

/** What is taken over of two answers in a row. */
function convertBoth(one: unknown, other: unknown) {
  const toResult = createToResult();
  return [toResult(one), toResult(other)] as const;
}

describe("an answer that says the same as the one before", () => {
  test.each([
    [{ state: "OK" }],
    [{ state: "YELLOW", detail: "slow", since: null, count: 3 }],
    [{ state: "RED", labels: { queue: 3, age: 0.5 }, detail: "full" }],
    [{ state: "OK", labels: {} }],
  ])("is not copied: %j", (answer) => {
    const [one, other] = convertBoth(answer, structuredClone(answer));
    expect(other).toBe(one);
    expect(other.status).toEqual(answer);
  });

  test("is what the handler said last, not what it said once", () => {
    const toResult = createToResult();
    const results = ["a", "b", "a"].map((detail) => toResult({ state: "OK", detail }));
    expect(results.map(({ status }) => status.detail)).toEqual(["a", "b", "a"]);
  });
});

describe("an answer that says something else is taken over", () => {
  test.each([
    ["another state", { state: "OK" }, { state: "RED" }],
    ["another detail", { state: "OK", detail: "a" }, { state: "OK", detail: "b" }],
    ["one property more", { state: "OK" }, { state: "OK", detail: "a" }],
    ["one property less", { state: "OK", detail: "a" }, { state: "OK" }],
    ["another order, which JSON shows", { state: "OK", a: 1, b: 2 }, { state: "OK", b: 2, a: 1 }],
    ["another label", { state: "OK", labels: { a: 1 } }, { state: "OK", labels: { a: 2 } }],
    ["one label more", { state: "OK", labels: { a: 1 } }, { state: "OK", labels: { a: 1, b: 1 } }],
    ["no labels any more", { state: "OK", labels: { a: 1 } }, { state: "OK", labels: undefined }],
    ["labels that are none", { state: "OK", labels: { 0: 1 } }, { state: "OK", labels: [1] }],
    ["an inherited property", { state: "OK", a: 1 }, Object.assign(Object.create({ a: 1 }), { state: "OK" })],
    ["a text for a number", { state: "OK", a: 1 }, { state: "OK", a: "1" }],
  ])("%s", (_what, one, other) => {
    const [, result] = convertBoth(one, other);
    expect(JSON.stringify(result.status)).toBe(JSON.stringify({ ...other }));
  });

  test("though it is the same object, which has changed inside", () => {
    const answer = { state: "OK", labels: { queue: 1 }, more: { deep: 1 } };
    const toResult = createToResult();
    const texts = [1, 2].map((value) => {
      answer.labels.queue = value;
      answer.more.deep = value;
      return JSON.stringify(toResult(answer).status);
    });
    expect(texts[1]).toBe('{"state":"OK","labels":{"queue":2},"more":{"deep":2}}');
  });

  test.each<[what: string, value: unknown, change: (value: never) => void]>([
    ["an object", { deep: 1 }, (value: { deep: number }) => void Object.assign(value, { deep: 2 })],
    ["a list", [1], (value: number[]) => void value.push(2)],
  ])("though nothing but the inside of %s has changed", (_what, value, change) => {
    const answer = { state: "OK", more: structuredClone(value) };
    const toResult = createToResult();
    toResult(answer);
    change(answer.more as never);
    const expected = structuredClone(answer);
    expect(JSON.stringify(toResult(answer).status)).toBe(JSON.stringify(expected));
    expect(JSON.stringify(expected)).toContain("2");
  });

  test("though it is a function that says something else in JSON", () => {
    let count = 1;
    const answer = { state: "OK", more: Object.assign(() => {}, { toJSON: () => count }) };
    const toResult = createToResult();
    const texts = [1, 2].map((value) => {
      count = value;
      return toStatusJson(toResult(answer).status);
    });
    expect(texts).toEqual(['{"state":"OK","more":1}', '{"state":"OK","more":2}']);
  });

  test("though another property has become what the labels are", () => {
    const [, result] = convertBoth(
      { state: "OK", labels: { queue: 1 }, more: { queue: 2 } },
      { state: "OK", labels: { queue: 1 }, more: { queue: 1 } },
    );
    expect(result.status).toEqual({ state: "OK", labels: { queue: 1 }, more: { queue: 1 } });
  });

  test("though only an object within its labels has changed", () => {
    const [, result] = convertBoth(
      { state: "OK", labels: { labels: { queue: 1 } } },
      { state: "OK", labels: { labels: { queue: 2 } } },
    );
    expect(result.status).toEqual({ state: "OK", labels: { labels: { queue: 2 } } });
  });

  test("a failure that looks like the status that was made of the one before", () => {
    const [one, other] = convertBoth(
      { state: "BLUE" },
      { state: "RED", detail: 'returned the unknown state "BLUE"' },
    );
    expect([one.reason, other.reason]).toEqual(["invalid", "reported"]);
  });
});

test("an answer that throws when it is compared is a failure", () => {
  const toResult = createToResult();
  toResult({ state: "OK", detail: "a" });
  const hostile = {
    state: "OK",
    get detail(): string {
      throw new Error("not today");
    },
  };
  expect(toResult(hostile)).toMatchObject({ reason: "invalid", status: { state: "RED" } });
  expect(toResult({ state: "OK", detail: "a" }).status).toEqual({ state: "OK", detail: "a" });
});

describe("an error in an answer", () => {
  test("is its message where it is the detail", () => {
    const answer = { state: "RED", detail: new Error("connect redis://:x@cache failed") };
    expect(createToResult()(answer).status).toEqual({
      state: "RED",
      detail: "connect redis://***@cache failed",
    });
  });

  test("is its message in JSON, wherever it stands and whatever it would write itself", () => {
    const own = Object.assign(new Error("refused"), { toJSON: () => ({ headers: { authorization: "x" } }) });
    const noMessage = "";
    const cause = Object.assign(new Error(noMessage, { cause: new Error("no route") }), { code: "EHOST" });
    const { status } = createToResult()({ state: "RED", own, deep: { list: [cause, null, 1] } });
    expect(JSON.parse(toStatusJson(status))).toEqual({
      state: "RED",
      own: "refused",
      deep: { list: ["EHOST: no route", null, 1] },
    });
    expect(status["own"]).toBe(own);
  });
});
test("the labels of a status are its own: their object may be used again", () => {
  const labels: Record<string, number> = { queue: 1 };
  const { status } = createToResult()({ state: "OK", labels });
  labels["queue"] = 2;
  expect(status.labels).toEqual({ queue: 1 });
  expect(Object.isFrozen(status.labels)).toBe(true);
});

test.each([null, undefined, "many", 5, [1]])(
  "labels that are none are taken over as they are: %j",
  (labels) => {
    expect(createToResult()({ state: "OK", labels }).status.labels).toEqual(labels);
  },
);

import { expect, test } from "vitest";
import { toStatus } from "../../../src/checks/support/measure.ts";

test("what is measured is shown in one line without secrets: servers name themselves", () => {
  const texts = ["certificate of \u001b[2Jevil\nline", "no answer of redis://:x@cache"];
  expect(toStatus(texts.map((text) => ({ state: "OK", text, labels: {} })))).toMatchObject({
    state: "OK",
    detail: "certificate of  [2Jevil",
  });
  expect(toStatus([{ state: "RED", text: texts[1] ?? "", labels: {} }])).toMatchObject({
    detail: "no answer of redis://***@cache",
  });
});

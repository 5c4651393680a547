import { expect, test, vi } from "vitest";
import { createShownDetails, MAX_SHOWN_DETAILS } from "../../src/recorder/shown-details.ts";

test("hides secrets", () => {
  expect(createShownDetails()("password=hunter2")).toBe("password=***");
});

test("looks for the secrets of a repeated detail once", () => {
  const toShown = vi.fn((text: string) => text);
  const toShownDetail = createShownDetails(toShown);
  expect([toShownDetail("away"), toShownDetail("away")]).toEqual(["away", "away"]);
  expect(toShown).toHaveBeenCalledTimes(1);
});

test("remembers a limited number of texts, and no long ones", () => {
  const toShown = vi.fn((text: string) => text);
  const toShownDetail = createShownDetails(toShown);
  for (let index = 0; index <= MAX_SHOWN_DETAILS; index += 1) toShownDetail(`detail ${index}`);
  toShownDetail("detail 0");
  expect(toShown).toHaveBeenCalledTimes(MAX_SHOWN_DETAILS + 2);
  toShown.mockClear();
  const long = "x".repeat(501);
  for (const text of [long, long]) toShownDetail(text);
  expect(toShown).toHaveBeenCalledTimes(2);
});

import { afterEach, describe, expect, test, vi } from "vitest";
import { UnknownHandlerError } from "../../src/core/errors.ts";

const SHARED = Symbol.for("svc-status");

/** Another copy of the sources, as a bundler would make it. */
async function importCopy(): Promise<typeof import("../../src/index.ts")> {
  vi.resetModules();
  return import("../../src/index.ts");
}

/** Whatever is in this process was put there by another release. */
async function importBeside(present: object): Promise<typeof import("../../src/index.ts")> {
  const own = Object.getOwnPropertyDescriptor(globalThis, SHARED) as PropertyDescriptor;
  Object.defineProperty(globalThis, SHARED, { value: present });
  try {
    return await importCopy();
  } finally {
    Object.defineProperty(globalThis, SHARED, own);
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("two copies of the package in one process", () => {
  test("have one default registry and one default probe", async () => {
    const [one, other] = [await importCopy(), await importCopy()];
    expect(other.addStatusHandler).not.toBe(one.addStatusHandler);
    expect(other.defaultRegistry).toBe(one.defaultRegistry);
    expect(other.defaultProbe).toBe(one.defaultProbe);
  });

  test("know each other's errors", async () => {
    const [one, other] = [await importCopy(), await importCopy()];
    const error = await one.getStatus("Nobody").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(one.UnknownHandlerError);
    expect(error).toBeInstanceOf(other.UnknownHandlerError);
    expect(new Error("other")).not.toBeInstanceOf(other.UnknownHandlerError);
  });

  test("share nothing where one does not know the other's contract, and say so once", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const before = await importCopy();
    const copy = await importBeside({ contract: 0, version: "0.0.9", parts: new Map() });
    expect(copy.defaultRegistry).not.toBe(before.defaultRegistry);
    expect(copy.defaultProbe).not.toBe(before.defaultProbe);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^svc-status \S+ and 0\.0\.9 are both in this process and share nothing/),
      { code: "SVC_STATUS_COPIES" },
    );
  });
});

test("an error of a subclass is told from those of its base", () => {
  class OwnError extends UnknownHandlerError {}
  expect(new OwnError("Database")).toBeInstanceOf(OwnError);
  expect(new OwnError("Database")).toBeInstanceOf(UnknownHandlerError);
  expect(new UnknownHandlerError("Database")).not.toBeInstanceOf(OwnError);
});

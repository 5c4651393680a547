import { describe, expect, test } from "vitest";
import { createPendingPictures, MAX_PENDING_PAGE_BYTES } from "../../../src/http/page/pending.ts";

/** Half of what may wait. */
const HALF = MAX_PENDING_PAGE_BYTES / 2;

/** Readers that are let go as the real ones are: they read nothing any more then. */
function createSubject() {
  const pending = createPendingPictures();
  const gone: string[] = [];

  function hold(picture: Uint8Array, reader: string): () => void {
    const release = pending.hold(picture, letGo);
    function letGo(): void {
      gone.push(reader);
      release();
    }
    return release;
  }

  return { hold, gone };
}

describe("pictures that wait for slow readers", () => {
  test(`may be ${MAX_PENDING_PAGE_BYTES} bytes; with one more, who reads the oldest is let go`, () => {
    const { hold, gone } = createSubject();
    const oldest = new Uint8Array(HALF);
    hold(oldest, "first");
    hold(oldest, "second");
    hold(new Uint8Array(HALF), "third");
    expect(gone).toEqual([]);
    hold(new Uint8Array(1), "fourth");
    expect(gone).toEqual(["first", "second"]);
  });

  test("count once, however many read them", () => {
    const { hold, gone } = createSubject();
    const picture = new Uint8Array(HALF);
    for (let count = 0; count < 1_000; count += 1) hold(picture, `reader ${count}`);
    hold(new Uint8Array(HALF), "another");
    expect(gone).toEqual([]);
  });

  test("do not count any more when all have read them", () => {
    const { hold, gone } = createSubject();
    const oldest = new Uint8Array(HALF);
    const releases = [hold(oldest, "first"), hold(oldest, "second")];
    hold(new Uint8Array(HALF), "third");
    for (const release of [...releases, ...releases]) release();
    hold(new Uint8Array(HALF), "fourth");
    expect(gone).toEqual([]);
  });

  test("are never the newest that anybody is let go for", () => {
    const { hold, gone } = createSubject();
    const picture = new Uint8Array(MAX_PENDING_PAGE_BYTES + 1);
    hold(picture, "first");
    hold(picture, "second");
    expect(gone).toEqual([]);
    hold(new Uint8Array(1), "third");
    expect(gone).toEqual(["first", "second"]);
  });
});

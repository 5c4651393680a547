/** A slice of work takes about this long. Then the browser lays out and paints what changed, which takes longer. */
const SLICE_MS = 5;

/** Browsers do not show frames for a page that nobody sees. */
const MAX_WAIT_MS = 100;

let work: Generator<void> | undefined;
let frame = 0;
let fallback: ReturnType<typeof setTimeout> | undefined;

/**
 * Spreads work over several frames, so that the page responds to the user meanwhile: on a slow phone, 40 rows take
 * longer than a frame. Each `yield` is a place to stop. New work finishes the previous work first.
 */
export function spread(steps: Generator<void>): void {
  try {
    if (work) run(Number.POSITIVE_INFINITY);
  } finally {
    work = steps;
    run(SLICE_MS);
  }
}

function run(sliceMs: number): void {
  cancelAnimationFrame(frame);
  clearTimeout(fallback);
  const until = performance.now() + sliceMs;
  const steps = work;
  do {
    if (!steps || steps.next().done) {
      work = undefined;
      return;
    }
  } while (document.hidden || performance.now() < until);
  frame = requestAnimationFrame(() => run(SLICE_MS));
  fallback = setTimeout(run, MAX_WAIT_MS, SLICE_MS);
}

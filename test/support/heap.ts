import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** An odd number: the growth in the middle is not the one that something else disturbed. */
const ROUNDS = 3;

/** So long is what the subject of a test is given in each turn: whatever is kept of it is seen above the noise. */
const BULK_BYTES = 20_000;

/** The runtime itself grows too, as it compiles what is called often: some 200,000 bytes in 100 turns. */
export const MAX_GROWTH_BYTES = 5_000;

/** A long text of its own for each turn, which shares no memory with any other. */
export function createBulk(turn: number): string {
  return Buffer.alloc(BULK_BYTES, `bulk ${turn} `).toString("latin1");
}

/**
 * How many bytes each turn leaves behind. A first round fills whatever has a bound. Of the growth in the others the
 * median counts: the runtime grows in one round or shrinks in another, a leak grows in each.
 */
export async function measureGrowth(turns: number, turn: (index: number) => unknown): Promise<number> {
  let index = 0;
  const heaps: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const end = index + turns; index < end; index += 1) await turn(index);
    heaps.push(await measureHeap());
  }
  const growths = heaps.slice(1).map((heap, round) => heap - (heaps[round] ?? 0));
  growths.sort((one, other) => one - other);
  return (growths[Math.floor(ROUNDS / 2)] ?? Number.NaN) / turns;
}

/** What is left when everything has been collected that nobody reaches any more. */
async function measureHeap(): Promise<number> {
  // Closed connections and weak references release memory only some turns of the event loop later.
  for (let time = 0; time < 20; time += 1) {
    await new Promise((resolve) => void setImmediate(resolve));
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}
